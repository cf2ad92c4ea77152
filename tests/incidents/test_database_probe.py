"""A database whose process is stopped takes what it is sent and never answers."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from django.utils import translation

from incidents import database_probe
from incidents.database_probe import Unanswered, ask
from incidents.models import Notification

ASK_TWICE = """
import threading
from incidents import database_probe, health
from incidents.models import Team

database_probe.PATIENCE = 1.0
print(Team.objects.count())
print(health.examine(None)[0].words if input() else "")
names = [each.name for each in threading.enumerate()]
print("left:", names.count("database-probe"))
input()
print("again:", Team.objects.count())
"""


class Relay:
    """Stands between a client and a server, and goes silent when it is told to."""

    def __init__(self, place):
        self.place = place
        self.speaks = threading.Event()
        self.speaks.set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with suppress(OSError):
            while True:
                near, far = (
                    self.listener.accept()[0],
                    socket.create_connection(self.place),
                )
                for ends in ((near, far), (far, near)):
                    threading.Thread(target=self.carry, args=ends, daemon=True).start()

    def carry(self, source, target):
        with suppress(OSError):
            while said := source.recv(65536):
                self.speaks.wait()
                target.sendall(said)
            target.shutdown(socket.SHUT_WR)


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(database_probe, "PATIENCE", 0.3)


def test_a_question_is_asked_over_the_connection_of_who_waits(
    db, django_assert_num_queries
):
    with django_assert_num_queries(1):
        assert ask(Notification.objects.count) == 0

    with translation.override("de"):
        assert ask(translation.get_language) == "de"


def test_what_goes_wrong_is_raised_to_who_waits(db):
    with pytest.raises(ZeroDivisionError):
        ask(lambda: 1 / 0)

    assert ask(lambda: "answered") == "answered"


def test_there_is_one_question_at_most_however_many_ask(impatient):
    release, asked = threading.Event(), []

    def hang():
        asked.append(release.wait(20))

    # Threads of their own: whoever gives up loses the connection.
    with ThreadPoolExecutor(3) as threads:
        errors = [each.exception() for each in [threads.submit(ask, hang)] * 3]
        errors += [threads.submit(ask, hang).exception() for _ in range(3)]
        names = [each.name for each in threading.enumerate()]
        release.set()

    assert {type(error) for error in errors} == {Unanswered}
    assert names.count("database-probe") == 1
    assert ask(lambda: "answered") == "answered"
    assert asked == [True]


@pytest.mark.postgres
def test_a_stopped_database_is_named_at_once_and_found_again(
    child_environment, settings
):
    parts = urlsplit(child_environment["DATABASE_URL"])
    relay = Relay((parts.hostname, parts.port))
    place = f"{parts.netloc.rpartition('@')[0]}@127.0.0.1:{relay.port}"
    address = parts._replace(netloc=place).geturl()
    child = subprocess.Popen(
        [sys.executable, "manage.py", "shell", "--no-imports", "--command", ASK_TWICE],
        cwd=settings.BASE_DIR,
        env={**child_environment, "DATABASE_URL": address},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with child:
        assert child.stdout.readline() == "0\n"

        relay.speaks.clear()
        child.stdin.write("go on\n")
        child.stdin.flush()
        assert child.stdout.readline() == "The database does not answer.\n"
        assert child.stdout.readline() == "left: 0\n"

        relay.speaks.set()
        rest, _nothing = child.communicate("go on\n", timeout=20)

    relay.listener.close()
    assert rest == "again: 0\n"
