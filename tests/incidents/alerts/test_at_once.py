"""The same event a hundred times at the same moment: one incident, each answered."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from incidents.alerts.signature import SIGNATURE_HEADER, TIME_HEADER, sign
from incidents.alerts.working import work_off
from incidents.models import Alert, Incident
from tests.incidents.alerts.conftest import SECRET, alert, post, written

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("source"),
]
TIMES, THREADS = 100, 10


def in_threads(step, arguments):
    def run(argument):
        try:
            return step(argument)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, arguments))


def test_a_hundred_at_once_are_one_incident():
    began = timezone.now()

    def send(number):
        # Every second one is a replay of the one before, the others have a time each.
        at = began - timedelta(seconds=number // 2)
        time = str(int(at.timestamp()))
        signature = sign(SECRET, time, written(alert()))
        headers = {TIME_HEADER: time, SIGNATURE_HEADER: signature}
        status = post(alert(), headers=headers).status_code
        if number % 10 == 0:
            work_off()
        return status

    answers = in_threads(send, range(TIMES))
    in_threads(lambda _: work_off(again=True), range(2))

    assert set(answers) == {200, 202}
    assert answers.count(202) == TIMES // 2
    incident = Incident.objects.get()
    assert set(Alert.objects.values_list("state", "incident")) == {
        ("worked", incident.pk)
    }
    assert incident.timeline.filter(verb="declare").count() == 1
