"""Ten thousand requests that are wrong in one way each; a seeded tenth by default."""

from __future__ import annotations

import gzip
import json
import random
from collections import Counter
from itertools import cycle

import pytest
from django.test import Client

from incidents.models import Alert
from tests.incidents.alerts.conftest import alert, post, signed, written
from tests.whole import FULL

pytestmark = pytest.mark.usefixtures("at_noon", "source")

MANY = 10_000 if FULL else 1_000
FINE = written(alert(summary="7 % of payments fail", values=[1, 2.5, None, True]))
BOMB = gzip.compress(b'{"key": "' + b"0" * 5_000_000 + b'"}')


def wrong_signature(dice):
    digits = "".join(dice.choices("0123456789abcdef", k=64))
    return FINE, signed(FINE) | {"X-Debrief-Signature": f"sha256={digits}"}


def no_signature(dice):
    headers = signed(FINE)
    del headers[dice.choice(list(headers))]
    return FINE, headers


def odd_headers(dice):
    odd = dice.choice(["", "sha256=", "sha1=00", "é" * 64, "0x10", "-1", "9" * 99])
    return FINE, signed(FINE) | {dice.choice(list(signed(FINE))): odd}


def stale(dice):
    return FINE, signed(FINE, late=dice.choice([1, -1]) * dice.randint(301, 10**6))


def truncated(dice):
    return FINE[: dice.randrange(len(FINE))], signed(FINE)


def truncated_and_signed(dice):
    body = FINE[: dice.randrange(len(FINE))]
    return body, signed(body)


def one_byte_off(dice):
    place = dice.randrange(len(FINE))
    off = bytes([FINE[place] ^ dice.randint(1, 255)])
    return FINE[:place] + off + FINE[place + 1 :], signed(FINE)


def bomb(dice):
    return BOMB, signed(BOMB) | dice.choice([{}, {"Content-Encoding": "gzip"}])


def duplicate_keys(dice):
    key = dice.choice(["key", "title", "status"])
    body = b'{"%s": "b", %s' % (key.encode(), FINE[1:])
    return body, signed(body)


def no_number(dice):
    word = dice.choice([b"NaN", b"Infinity", b"-Infinity", b"1e999", b"9" * 41])
    body = FINE.replace(b"2.5", word)
    return body, signed(body)


def too_deep(dice):
    depth = dice.choice([21, 22, 500, 5_000, 50_000])
    body = b'{"a": ' + b"[" * depth + b"]" * depth + b"}"
    return body, signed(body)


def too_many(dice):
    body = json.dumps({"a": [0] * dice.randint(10_001, 11_000)}).encode()
    return body, signed(body)


def too_large(dice):
    body = b" " * dice.randint(256 * 1024, 300_000) + FINE
    return body, signed(body)


def no_object(dice):
    body = dice.choice([b"[]", b'"a"', b"1", b"null", b"", b" ", FINE + FINE, b"\xff"])
    return body, signed(body)


def no_text(dice):
    bad = dice.choice([b"\\u0000", b"\\ud800", b"\x00", b"\xc3\x28", b"\xed\xa0\x80"])
    body = FINE.replace(b"Checkout", bad)
    return body, signed(body)


DAMAGES = {
    wrong_signature: 401,
    no_signature: 401,
    odd_headers: 401,
    stale: 401,
    truncated: 401,
    truncated_and_signed: 400,
    one_byte_off: 401,
    bomb: 400,
    duplicate_keys: 400,
    no_number: 400,
    too_deep: 400,
    too_many: 400,
    too_large: 413,
    no_object: 400,
    no_text: 400,
}


def test_every_damage_has_its_answer_and_leaves_nothing(settings):
    settings.ALERTS_PER_MINUTE = 0
    dice, browser, answers = random.Random(20261121), Client(), Counter()  # noqa: S311

    for _number, (damage, status) in zip(
        range(MANY), cycle(DAMAGES.items()), strict=False
    ):
        body, headers = damage(dice)
        answer = post(body, headers=headers, browser=browser)
        answers[damage.__name__, status, answer.status_code] += 1
        assert answer.json()["error"].endswith(".")

    assert {(name, is_) for name, due, is_ in answers if is_ != due} == set()
    assert not Alert.objects.exists()
    assert post(FINE, headers=signed(FINE)).status_code == 202


def test_a_replay_after_the_window_is_stale(time_machine, noon):
    headers = signed(FINE)
    assert post(FINE, headers=headers).status_code == 202

    time_machine.move_to(noon.replace(minute=6), tick=False)

    assert post(FINE, headers=headers).status_code == 401
    assert Alert.objects.count() == 1
