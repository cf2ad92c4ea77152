from __future__ import annotations

import pytest

from config.environment import broken_settings, broken_values, is_local

SECRET = "tN8Jv2xQeW5yRk0uHs7bZc3mPd9fLg1aVi6oXw4EqTjYnUhB"[::-1] + "-4r"
HOSTS = ["debrief.example.com"]
SITE = "https://debrief.example.com"


def test_a_good_environment_starts():
    assert broken_settings(SECRET, HOSTS, SITE) == ""


@pytest.mark.parametrize(
    ("secret", "hosts", "site", "named"),
    [
        ("", HOSTS, SITE, "SECRET_KEY is missing"),
        ("short", HOSTS, SITE, "SECRET_KEY is weak"),
        ("ab" * 30, HOSTS, SITE, "SECRET_KEY is weak"),
        ("django-insecure-" + SECRET, HOSTS, SITE, "SECRET_KEY is weak"),
        (SECRET, [], SITE, "ALLOWED_HOSTS is missing"),
        (SECRET, ["*"], SITE, "ALLOWED_HOSTS must not be"),
        (SECRET, HOSTS, "", "SITE_URL is missing"),
        (SECRET, HOSTS, "debrief.example.com", "SITE_URL is not a web address"),
        (SECRET, HOSTS, "http://debrief.example.com", "SITE_URL must be https"),
        (SECRET, HOSTS, "https://other.example.com", "ALLOWED_HOSTS does not list"),
    ],
)
def test_what_is_wrong_is_one_sentence(secret, hosts, site, named):
    sentence = broken_settings(secret, hosts, site)

    assert named in sentence
    assert sentence.endswith((".", ")."))
    assert "\n" not in sentence


def test_http_on_localhost_stops_nothing():
    assert broken_settings(SECRET, ["localhost"], "http://localhost:8000") == ""
    assert is_local("http://localhost:8000")
    assert not is_local(SITE)


def test_a_leading_dot_covers_the_domain():
    assert broken_settings(SECRET, [".example.com"], SITE) == ""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "mysql://localhost/debrief"),
        ("REDIS_URL", "amqp://localhost"),
        ("EMAIL_URL", "mail.example.com"),
        ("EMAIL_TIMEOUT", "soon"),
        ("INVITATION_DAYS", "0"),
        ("OUTBOX_LEASE_SECONDS", "-5"),
        ("OUTBOX_PER_MINUTE", "-1"),
        ("OUTBOX_CONNECTIONS", "0"),
        ("OUTBOX_BACK_OFF_SECONDS", "60,,300"),
        ("OUTBOX_BACK_OFF_SECONDS", "60 300"),
        ("BREAKER_SECONDS", "30,0"),
    ],
)
def test_a_value_that_cannot_be_read_is_named(name, text):
    assert broken_values({name: text}).startswith(name)


def test_values_that_can_be_read_are_left_alone():
    values = {
        "DATABASE_URL": "postgres://debrief@127.0.0.1/debrief",
        "REDIS_URL": "",
        "EMAIL_URL": "smtp+tls://user:password@mail.example.com:587",
        "EMAIL_TIMEOUT": "10",
        "OUTBOX_PER_MINUTE": "0",
        "OUTBOX_BACK_OFF_SECONDS": "60,300",
    }

    assert broken_values(values) == ""
