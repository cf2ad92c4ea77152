"""Saves go on at full speed whatever the message queue does."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.contrib.auth.models import User

from incidents.models import Notification
from incidents.permissions import RESPONDERS
from tests.faults.processes import ROOT, own_queue, running, wait_until
from tests.whole import by_hand

CSRF = "t" * 32


@pytest.fixture(params=["refuses", "never answers"])
def dead_broker(request):
    """A Redis address where nobody listens, or somebody who only listens."""
    with socket.socket() as broker:
        broker.bind(("127.0.0.1", 0))
        if request.param == "never answers":
            broker.listen(100)
        yield f"redis://127.0.0.1:{broker.getsockname()[1]}/0"


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(port, method, path, cookies="", body=""):
    """Send one request; return the status and the seconds it took."""
    headers = {
        "Host": "localhost",
        "Cookie": cookies,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    began = time.monotonic()
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, time.monotonic() - began


def answers(port):
    try:
        return ask(port, "GET", "/healthz/")[0] == 200
    except OSError:
        return False


def invite(port, cookies, name, team):
    form = {
        "csrfmiddlewaretoken": CSRF,
        "email": f"{name}@debrief.example",
        "name": name,
        "team": team.pk,
        "group": RESPONDERS,
    }
    return ask(port, "POST", "/admin/auth/user/add/", cookies, urlencode(form))


@by_hand
def test_a_save_in_the_admin_waits_for_no_broker(
    child_environment, dead_broker, port, tmp_path, client_of, manager, team
):
    environment = own_queue(child_environment, tmp_path, dead_broker)
    environment |= {"PORT": str(port), "WEB_CONCURRENCY": "1"}
    session = client_of(manager).cookies[settings.SESSION_COOKIE_NAME].value
    cookies = f"{settings.SESSION_COOKIE_NAME}={session}; "
    cookies += f"{settings.CSRF_COOKIE_NAME}={CSRF}"
    gunicorn, log = ["gunicorn", "config.wsgi"], tmp_path / "web.log"

    with running(*gunicorn, environment=environment, log=log):
        wait_until(lambda: answers(port))
        saves = [invite(port, cookies, f"new-{n}", team) for n in range(5)]
        wait_until(lambda: "hint.lost" in log.read_text())

    assert [status for status, _ in saves] == [302] * 5
    # Waiting for the broker would cost each of them a second; the first one is slow
    # because it is the first.
    assert sorted(seconds for _, seconds in saves)[-2] < 1
    assert User.objects.filter(username__startswith="new-").count() == 5
    assert Notification.objects.waiting().count() == 5


@by_hand
def test_the_end_of_a_process_waits_for_no_broker(
    child_environment, dead_broker, tmp_path
):
    hint = "from incidents.hints import hint; hint('incidents.sweep')"
    shell = [sys.executable, "manage.py", "shell", "--verbosity=0", "--command"]
    environment = own_queue(child_environment, tmp_path, dead_broker)
    began = time.monotonic()
    subprocess.run([*shell, "pass"], cwd=ROOT, env=environment, check=True)
    usual = time.monotonic() - began

    began = time.monotonic()
    subprocess.run([*shell, hint], cwd=ROOT, env=environment, check=True)

    assert time.monotonic() - began < 2 * usual + 2
