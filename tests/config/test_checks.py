from __future__ import annotations

import pytest
from django.conf import settings

from config.checks import check_configuration


@pytest.fixture
def production(settings, monkeypatch):
    """Settings in which nothing is to be found."""
    monkeypatch.delenv("DEBUG", raising=False)
    settings.DEMO = False
    settings.IS_LOCAL = False
    settings.TRUST_PROXY = True
    settings.REDIS_URL = "redis://127.0.0.1:6379/0"
    engine(monkeypatch, "postgresql")
    settings.MAIL_IS_ON = True
    settings.EMAIL_HOST = "mail.example.com"
    settings.EMAIL_HOST_PASSWORD = "secret"
    settings.EMAIL_USE_TLS = True
    settings.EMAIL_USE_SSL = False
    settings.EMAIL_TIMEOUT = 10
    settings.OUTBOX_LEASE_SECONDS = 120
    settings.DEFAULT_FROM_EMAIL = "Debrief <debrief@example.com>"
    monkeypatch.setattr("config.environment.PDF_LIBRARIES", ())
    return settings


def engine(monkeypatch, name):
    backend = f"django.db.backends.{name}"
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", backend)


def found():
    return [finding.id for finding in check_configuration()]


def test_a_good_production_passes(production):
    assert found() == []


def test_a_demo_at_a_public_address_is_an_error(production):
    production.DEMO = True

    assert found() == ["debrief.E001"]


def test_debug_outside_the_demo(production, monkeypatch):
    monkeypatch.setenv("DEBUG", "1")

    assert found() == ["debrief.W001"]


def test_sqlite_beside_redis(production, monkeypatch):
    engine(monkeypatch, "sqlite3")

    assert found() == ["debrief.W002"]


def test_postgresql_without_redis(production):
    production.REDIS_URL = ""

    assert found() == ["debrief.W003"]


def test_sqlite_with_the_file_broker_is_fine(production, monkeypatch):
    production.REDIS_URL = ""
    engine(monkeypatch, "sqlite3")

    assert found() == []


def test_no_mail_server(production):
    production.MAIL_IS_ON = False

    assert found() == ["debrief.W004"]


def test_a_lease_shorter_than_a_slow_delivery(production):
    production.OUTBOX_LEASE_SECONDS = 30

    assert found() == ["debrief.W005"]


@pytest.mark.parametrize(
    ("name", "value", "warning"),
    [
        ("OUTBOX_BACK_OFF_SECONDS", [300, 60], "debrief.W010"),
        ("BREAKER_SECONDS", [60, 30], "debrief.W010"),
        ("OUTBOX_GIVE_UP_SECONDS", 59, "debrief.W011"),
        ("OUTBOX_CONNECTIONS", 21, "debrief.W012"),
    ],
)
def test_waits_and_connections_that_make_no_sense(production, name, value, warning):
    setattr(production, name, value)

    assert found() == [warning]


@pytest.mark.parametrize("sender", ["debrief@localhost", "Debrief", ""])
def test_a_sender_nobody_can_answer(production, sender):
    production.DEFAULT_FROM_EMAIL = sender

    assert found() == ["debrief.W006"]


def test_a_mail_password_in_the_clear(production):
    production.EMAIL_USE_TLS = False

    assert found() == ["debrief.W007"]


def test_a_mail_server_on_this_machine_needs_no_encryption(production):
    production.EMAIL_USE_TLS = False
    production.EMAIL_HOST = "127.0.0.1"

    assert found() == []


def test_https_without_trust_in_the_proxy(production):
    production.TRUST_PROXY = False

    assert found() == ["debrief.W008"]


def test_pdf_libraries_that_are_missing(production, monkeypatch):
    monkeypatch.setattr("config.environment.PDF_LIBRARIES", ("no-such-library",))

    assert found() == ["debrief.W009"]
    assert "no-such-library" in check_configuration()[0].msg
