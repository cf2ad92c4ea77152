from __future__ import annotations

from datetime import timedelta

import pytest

from incidents.durations import say


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(0), "under a minute"),
        (timedelta(milliseconds=300), "under a minute"),
        (timedelta(seconds=43), "43 s"),
        (timedelta(seconds=60), "1 min"),
        (timedelta(minutes=47, seconds=59), "47 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=18, minutes=47), "18 h 47 min"),
        (timedelta(hours=23, minutes=59, seconds=59), "23 h 59 min"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=3, hours=2, minutes=59), "3 days 2 h"),
        (timedelta(days=9, hours=23), "9 days 23 h"),
        (timedelta(days=45, hours=3), "45 days"),
        (timedelta(minutes=-5), "−5 min"),
    ],
)
def test_durations_are_said_as_people_say_them(span, said):
    assert say(span) == said
