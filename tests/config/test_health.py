"""The probes: /healthz says that the process lives, /readyz how everything is."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections import namedtuple
from datetime import timedelta
from time import perf_counter

import pytest
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from config.health import last_examination
from incidents import holding, vitals
from incidents.audit import watch
from incidents.choices import DeliveryState
from incidents.models import Notification
from tests.outgoing import queued
from tests.whole import by_hand

Disk = namedtuple("Disk", "total used free")


@pytest.fixture(autouse=True)
def _no_old_answer():
    last_examination.forget()


@pytest.fixture
def well(at_noon, db, settings, tmp_path):
    """An installation in which everything works."""
    settings.MAIL_IS_ON = True
    settings.REDIS_URL = ""
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"data_folder_out": str(tmp_path)}
    vitals.write(vitals.REPORTS, at=at_noon, count=0)
    watch(now=at_noon)
    return at_noon


def ask(client):
    last_examination.forget()
    answer = client.get("/readyz/")
    return answer.status_code, answer.json()


def test_the_process_lives_whatever_the_database_does(
    client, db, django_assert_num_queries
):
    with django_assert_num_queries(0):
        answer = client.get("/healthz/")

    assert (answer.status_code, answer.content) == (200, b"ok")


@pytest.mark.parametrize("probe", ["/healthz/", "/readyz/"])
def test_a_probe_is_not_sent_on_to_https(client, well, settings, probe):
    settings.SECURE_SSL_REDIRECT = True

    answer = client.get(probe)

    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]


def test_where_all_is_well_every_check_says_so(client, well):
    status, said = ask(client)

    assert status == 200
    assert said["status"] == "ok", said
    assert set(said["checks"]) == {
        *("alerts", "audit", "broker", "database", "disk", "failed", "held", "mail"),
        *("migrations", "outbox", "reports", "sweep", "switch"),
    }
    assert said["checks"]["sweep"]["age_seconds"] == 0


def test_a_pending_migration_takes_the_site_out(client, well):
    ((_app, name),) = MigrationLoader(connection).graph.leaf_nodes("incidents")
    MigrationRecorder(connection).record_unapplied("incidents", name)

    status, said = ask(client)

    assert (status, said["status"]) == (503, "down")
    assert said["checks"]["migrations"]["unapplied"] == [f"incidents.{name}"]
    assert name in said["checks"]["migrations"]["words"]


def test_a_database_of_a_newer_version_is_named(client, well):
    MigrationRecorder(connection).record_applied("incidents", "9999_from_tomorrow")

    status, said = ask(client)

    assert (status, said["status"]) == (200, "degraded")
    assert "9999_from_tomorrow" in said["checks"]["migrations"]["words"]


def test_a_dead_database_takes_the_site_out(client, well):
    def refuse(*_):
        raise DatabaseError("password of somebody")

    with connection.execute_wrapper(refuse):
        status, said = ask(client)

    assert (status, said["checks"]["database"]["status"]) == (503, "down")
    assert "somebody" not in str(said)


def test_a_sweep_that_does_not_come_is_named_with_its_age(client, well, time_machine):
    time_machine.move_to(well + timedelta(minutes=20), tick=False)

    status, said = ask(client)

    assert (status, said["status"]) == (200, "degraded")
    assert "20 min" in said["checks"]["sweep"]["words"]
    assert said["checks"]["reports"]["status"] == "degraded"


def test_mail_that_waits_or_failed_is_counted(client, well):
    queued("waits", at=well - timedelta(minutes=10))
    queued("failed", at=well - timedelta(hours=2), state=DeliveryState.FAILED)
    queued("failed long ago", at=well - timedelta(days=2), state=DeliveryState.FAILED)

    status, said = ask(client)

    assert (status, said["status"]) == (200, "degraded")
    assert said["checks"]["outbox"]["oldest_seconds"] == 600
    assert said["checks"]["failed"]["count"] == 1


def test_a_held_system_says_so(client, well):
    holding.hold(backed_up_at=well - timedelta(days=1), at=well)

    status, said = ask(client)

    assert (status, said["checks"]["held"]["status"]) == (200, "degraded")


def test_a_queue_that_never_answers_costs_a_second_at_most(client, well, settings):
    with socket.socket() as broker:
        broker.bind(("127.0.0.1", 0))
        broker.listen(10)
        settings.REDIS_URL = f"redis://127.0.0.1:{broker.getsockname()[1]}/0"

        began = perf_counter()
        status, said = ask(client)

    assert (status, said["checks"]["broker"]["status"]) == (200, "degraded")
    assert perf_counter() - began < 2


@pytest.mark.redis
def test_a_queue_that_answers_is_well(client, well, settings, redis_url):
    settings.REDIS_URL = redis_url

    assert ask(client)[1]["checks"]["broker"]["status"] == "ok"


def test_a_full_disk_is_named(client, well, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Disk(10**9, 10**9, 2**20))

    status, said = ask(client)

    assert (status, said["checks"]["disk"]["free_megabytes"]) == (200, 1)
    assert said["checks"]["disk"]["status"] == "degraded"


def test_no_answer_names_people(client, well, responder):
    mail = queued("Secret subject", at=well - timedelta(hours=2), user=responder)
    Notification.objects.filter(pk=mail.pk).update(
        state=DeliveryState.FAILED, error="550 no such user responder@debrief.example"
    )
    watch(now=well)

    said = str(ask(client)[1])

    assert "responder" not in said
    assert "Secret" not in said


def test_asking_costs_the_same_however_much_there_is(
    client, well, django_assert_max_num_queries
):
    for number in range(30):
        queued(f"waits {number}", at=well - timedelta(minutes=10))

    with django_assert_max_num_queries(8):
        ask(client)


def test_an_answer_is_given_again_for_a_moment(client, well, django_assert_num_queries):
    ask(client)

    with django_assert_num_queries(0):
        client.get("/readyz/")


@by_hand
def test_a_database_that_takes_the_call_and_says_nothing_is_soon_given_up(settings):
    ask = "from incidents.health import examine; print(examine(None)[0].words)"
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        run = subprocess.run(
            [sys.executable, "manage.py", "shell", "--no-imports", "--command", ask],
            cwd=settings.BASE_DIR,
            env={**os.environ, "DATABASE_URL": f"postgres://nobody@127.0.0.1:{port}/n"},
            capture_output=True,
            text=True,
            timeout=30,
        )

    assert "The database does not answer." in run.stdout, run.stderr
