from __future__ import annotations

import threading
import uuid

import pytest
from kombu import Connection

from config.broker import Transport
from tests.whole import by_hand


@pytest.fixture
def queue_name():
    # kombu remembers for the whole process which queues it has made.
    return f"hints-{uuid.uuid4()}"


@pytest.fixture
def connection(tmp_path):
    folders = {
        name: str(tmp_path / name)
        for name in ("data_folder_in", "processed_folder", "control_folder")
    }
    for folder in folders.values():
        (tmp_path / folder).mkdir()
    # Looks all the time, so that it comes upon messages that are being written.
    options = {
        **folders,
        "data_folder_out": folders["data_folder_in"],
        "polling_interval": 0,
    }
    with Connection("localhost", transport=Transport, transport_options=options) as it:
        yield it


def test_messages_arrive_in_order(connection, queue_name):
    queue = connection.SimpleQueue(queue_name)

    for number in range(3):
        queue.put({"number": number})

    received = [queue.get(timeout=1).payload["number"] for _ in range(3)]
    assert received == [0, 1, 2]


@by_hand
def test_a_reader_never_meets_half_a_message(connection, queue_name):
    queue = connection.SimpleQueue(queue_name)
    text = "x" * 200_000

    def write():
        writer = connection.clone().SimpleQueue(queue_name)
        for _ in range(300):
            writer.put(text)

    thread = threading.Thread(target=write)
    thread.start()
    received = [queue.get(timeout=5).payload for _ in range(300)]
    thread.join()

    assert received == [text] * 300


def test_nothing_is_left_in_the_folder(connection, queue_name, tmp_path):
    queue = connection.SimpleQueue(queue_name)

    queue.put("hint")
    queue.get(timeout=1).ack()

    assert not list((tmp_path / "data_folder_in").iterdir())
