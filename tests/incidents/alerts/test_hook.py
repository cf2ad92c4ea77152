"""The address that alerts are sent to: what it answers, and what it keeps."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.test import Client

from incidents.alerts.signature import new_secret
from incidents.models import Alert, AlertSource
from tests.incidents.alerts.conftest import SECRET, TOKEN, alert, post, signed

pytestmark = pytest.mark.usefixtures("at_noon", "source")


def test_a_signed_alert_is_stored_before_anything_is_done(noon):
    answer = post(alert(), headers=signed(alert()))

    stored = Alert.objects.get()
    assert answer.status_code == 202
    assert answer.json() == {"alert": stored.pk, "state": "stored"}
    assert (stored.state, stored.received_at) == ("stored", noon)


def test_an_exact_replay_has_no_effect():
    headers = signed(alert())

    answers = [post(alert(), headers=headers) for _ in range(2)]

    assert [each.status_code for each in answers] == [202, 200]
    assert answers[1].json()["state"] == "known"
    assert Alert.objects.count() == 1


@pytest.mark.parametrize("late", [301, -301])
def test_a_signature_is_good_for_five_minutes(late):
    answer = post(alert(), headers=signed(alert(), late=late))

    assert answer.status_code == 401
    assert "more than 5 minutes off" in answer.json()["error"]


def test_two_secrets_live_until_the_old_one_is_ended(source):
    new = new_secret(source)
    source.save()

    for secret in (SECRET, new):
        headers = signed(alert(key=secret), secret=secret)
        assert post(alert(key=secret), headers=headers).status_code == 202

    AlertSource.objects.update(secret_before="")
    again = post(alert(key="c"), headers=signed(alert(key="c")))
    assert again.status_code == 401


def test_an_unknown_a_closed_and_an_unsigned_one_hear_the_same(source):
    told = [
        post(alert(), token="no-such-token", headers=signed(alert())),
        post(alert()),
        post(alert(), headers=signed(alert(), secret="another")),
        post(alert(), headers=signed(alert()) | {"X-Debrief-Time": "1e9"}),
    ]
    AlertSource.objects.update(is_active=False)
    told.append(post(alert(), headers=signed(alert())))

    assert {(each.status_code, each.text) for each in told} == {
        (401, '{"error": "The address or the signature is not known here."}')
    }


def test_who_cannot_sign_is_known_by_the_token_alone(unsigned):
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    by_header = Client().generic("POST", "/hooks/", b'{"key": "b"}', headers=bearer)

    assert post(alert()).status_code == 202
    assert by_header.status_code == 202
    assert Client().generic("POST", "/hooks/", b"{}").status_code == 401


def test_without_a_time_what_stands_between_makes_it_another(
    unsigned, time_machine, noon
):
    def sent(minute, **said):
        time_machine.move_to(noon + timedelta(minutes=minute), tick=False)
        return post(alert(**said)).status_code

    assert [sent(0), sent(0), sent(1)] == [202, 200, 200]
    assert sent(2, status="resolved") == 202
    assert sent(3) == 202  # it fires anew, in the very same words
    assert sent(14) == 202  # nothing was heard for longer than the window


def test_other_methods_and_compressed_bodies_are_refused():
    headers = {"Content-Encoding": "gzip"}

    got = Client().get(f"/hooks/{TOKEN}/")
    assert (got.status_code, got.headers["Allow"]) == (405, "POST")
    assert post(alert(), headers=headers | signed(alert())).status_code == 400


def test_size_is_judged_before_anything_is_read(django_assert_num_queries):
    large = b"[" * (256 * 1024 + 1)

    with django_assert_num_queries(0):
        answer = post(large, headers=signed(large))

    assert answer.status_code == 413
    assert "larger than 256 KiB" in answer.json()["error"]
    assert post({}, headers={"Content-Length": "9" * 5_000}).status_code == 413


def test_beyond_its_share_a_source_waits(settings, time_machine, noon):
    settings.ALERTS_PER_MINUTE = 2
    for key in "ab":
        post(alert(key=key), headers=signed(alert(key=key)))
    time_machine.move_to(noon + timedelta(seconds=20), tick=False)

    beyond = post(alert(), headers=signed(alert()))

    assert (beyond.status_code, beyond.headers["Retry-After"]) == (429, "40")
    assert Alert.objects.count() == 2
    time_machine.move_to(noon + timedelta(seconds=60), tick=False)
    assert post(alert(), headers=signed(alert())).status_code == 202


def test_what_is_turned_away_takes_no_place_of_an_alert(settings):
    settings.ALERTS_PER_MINUTE = 2
    headers = signed(alert(key="a"))
    forged = signed(alert(), secret="another")
    said = [
        *(post(alert(key="a"), headers=headers) for _ in range(3)),
        *(post(alert(), headers=forged) for _ in range(3)),
        *(post(b"{", headers=signed(b"{")) for _ in range(3)),
        post(b"[" * (256 * 1024 + 1)),
    ]

    honest = post(alert(key="b"), headers=signed(alert(key="b")))

    turned = [*[202, 200, 200], *[401] * 3, *[400] * 3, 413]
    assert [each.status_code for each in said] == turned
    assert honest.status_code == 202


def test_few_queries_whoever_sends(source, django_assert_max_num_queries):
    headers = signed(alert())
    with django_assert_max_num_queries(5):
        post(alert(), headers=headers)
    with django_assert_max_num_queries(7):
        post(alert(), headers=headers)
    AlertSource.objects.update(is_signed=False)
    with django_assert_max_num_queries(6):
        post(alert(key="b"))


def test_the_log_names_rows_and_no_words(caplog):
    caplog.set_level(logging.DEBUG)

    post(alert(title="quetzalcoatlus"), headers=signed(alert(title="quetzalcoatlus")))
    post(b"{quetzalcoatlus", headers=signed(b"{quetzalcoatlus"))

    [line] = [each for each in caplog.records if each.msg == "alert.stored"]
    assert line.alert == Alert.objects.get().pk
    ours = [each.getMessage() for each in caplog.records if each.name[:6] == "config"]
    assert "quetzalcoatlus" not in " ".join(ours)
    assert SECRET not in caplog.text
