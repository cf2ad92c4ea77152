"""After each sweep: what should have been sent is compared with what was."""

from __future__ import annotations

import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from time import perf_counter

import pytest

from incidents import dead_mans_switch, holding, vitals
from incidents.audit import audit, watch, words_of
from incidents.choices import DeliveryState, Priority
from incidents.digest import queue_digests
from incidents.models import ActionItem, ItemImport, Notification, Reminder, Team
from incidents.outbox import suppress
from incidents.tasks import sweep
from incidents.weekly import queue_weekly
from tests.clockwork import level, playbook
from tests.outgoing import queued

AGO = timedelta(minutes=10)
DAY = timedelta(days=1)


@pytest.fixture
def mail_is_on(settings):
    settings.MAIL_IS_ON = True
    settings.OUTBOX_PER_MINUTE = 0


@pytest.fixture
def overdue(item, at_noon):
    """An item of which its owner has to hear today, which is a Saturday."""
    item.due_on, item.priority = at_noon.date() - timedelta(days=1), Priority.P0
    item.save()
    return item


class Switch(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.calls.append(self.path)
        self.send_response(self.server.status)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def switch(settings):
    """A dead man's switch, which keeps the calls it gets."""
    server = HTTPServer(("127.0.0.1", 0), Switch)
    server.calls, server.status = [], 200
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    settings.DEAD_MANS_SWITCH_URL = f"http://127.0.0.1:{server.server_port}/ping"
    yield server
    server.shutdown()
    server.server_close()


def test_a_sweep_that_left_nothing_undone_calls_the_switch(
    overdue, inbox, switch, at_noon
):
    sweep()

    assert len(inbox.letters) == 1
    assert vitals.read("sweep").at == at_noon
    assert vitals.read("audit").count == 0
    assert switch.calls == ["/ping"]


def test_a_digest_that_was_not_queued_is_found(overdue, mail_is_on, switch, at_noon):
    found = watch(now=at_noon)

    assert found == {"digests": 1}
    assert "People whose digest is due and was not queued: 1." in words_of(found)
    assert vitals.read("audit").facts == {"digests": 1}
    assert switch.calls == []


@pytest.fixture
def led(team, lead, at_noon):
    """A team with something to do, whose lead was due to hear of it on Monday."""
    team.lead = lead
    team.save()
    ActionItem.raise_for(team, title="x", by=lead, at=at_noon - 20 * DAY)
    return team


def test_a_week_that_no_lead_was_told_of_is_found(led, mail_is_on, switch, at_noon):
    found = watch(now=at_noon)

    assert found == {"weekly": 1}
    assert words_of(found) == "Leads whose team’s week is due and was not queued: 1."
    assert switch.calls == []


def test_a_week_that_was_told_or_has_no_news_is_no_finding(
    led, lead, mail_is_on, at_noon
):
    other = Team.objects.create(name="Idle", lead=lead, calendar=led.calendar)
    item = ActionItem.raise_for(other, title="x", by=lead, at=at_noon - 20 * DAY)
    item.complete(by=lead, at=at_noon - 4 * DAY)
    queue_weekly(at_noon)

    assert audit(at_noon) == {}


def test_a_mail_that_nobody_takes_is_found(db, mail_is_on, at_noon):
    queued("left", at=at_noon - AGO)
    queued("taken", at=at_noon - AGO, lease_until=at_noon)
    queued("fresh", at=at_noon - timedelta(minutes=1))

    assert audit(at_noon) == {"stuck": 1}


def test_a_lease_that_ran_out_untaken_is_found(db, mail_is_on, at_noon):
    gone = at_noon - timedelta(minutes=2)
    queued("left", at=at_noon - AGO, lease_until=gone, claimed_by="a dead worker")

    assert audit(at_noon) == {"stuck": 1}


def test_a_server_that_takes_nothing_is_named_as_the_reason(db, mail_is_on, at_noon):
    queued("left", at=at_noon - AGO)
    vitals.write("mail", at=at_noon - AGO, until=at_noon + AGO)

    assert audit(at_noon) == {"waiting": 1}


def test_a_mail_put_off_by_every_trial_keeps_the_switch_silent(
    db, mail_is_on, switch, at_noon
):
    trial = at_noon + AGO
    queued("tried", at=at_noon - AGO, due_at=trial, error="421 Too busy")
    vitals.write("mail", at=at_noon - AGO, until=trial, words="421 Too busy")

    assert watch(now=at_noon) == {"waiting": 1}
    assert switch.calls == []


def test_a_rate_that_is_used_up_is_no_finding(db, mail_is_on, at_noon, settings):
    settings.OUTBOX_PER_MINUTE = 1
    queued("left", at=at_noon - AGO)
    queued("sent", at=at_noon, state=DeliveryState.SENT, sent_at=at_noon)

    assert audit(at_noon) == {}


def test_held_mail_keeps_the_switch_silent(db, mail_is_on, switch, at_noon):
    queued("left", at=at_noon)
    holding.hold(backed_up_at=at_noon - AGO, at=at_noon)

    assert watch(now=at_noon) == {"held": 1}
    assert switch.calls == []


def test_a_reminder_whose_mail_failed_is_found_for_a_day(overdue, mail_is_on, at_noon):
    queue_digests(at_noon)
    Notification.objects.update(state=DeliveryState.FAILED)
    assert Reminder.objects.exists()

    assert audit(at_noon) == {"told": 1}
    assert "told" not in audit(at_noon + timedelta(days=1, minutes=1))


def test_a_reminder_that_somebody_dropped_is_seen_to(overdue, mail_is_on, at_noon):
    queue_digests(at_noon)
    Notification.objects.update(state=DeliveryState.FAILED)

    suppress(Notification.objects.get(), because="Left last week", at=at_noon)

    assert audit(at_noon) == {}


def test_a_deadline_that_nobody_marked_is_found(story, mail_is_on):
    story.begin(playbook(level(respond="15 min")))

    found = audit(story.began + timedelta(minutes=30))

    assert found == {"deadlines": 1}


def test_an_import_that_nobody_goes_on_with_is_found(team, lead, mail_is_on, at_noon):
    ItemImport.objects.create(
        team=team, name="items.csv", content=b"", created_at=at_noon - AGO,
        created_by=lead, lease_until=at_noon - timedelta(minutes=2),
    )  # fmt: skip

    assert audit(at_noon) == {"imports": 1}


def test_the_audit_asks_no_more_when_there_is_more(
    overdue, mail_is_on, at_noon, django_assert_max_num_queries
):
    for number in range(20):
        queued(f"left {number}", at=at_noon - AGO)

    with django_assert_max_num_queries(22):
        audit(at_noon)


@pytest.mark.parametrize("status", [301, 404, 500])
def test_a_switch_that_refuses_is_kept_and_followed_nowhere(
    db, switch, at_noon, status
):
    switch.status = status

    assert not dead_mans_switch.call(f"{switch_url(switch)}/ping", now=at_noon)
    assert not dead_mans_switch.call(f"{switch_url(switch)}/ping", now=at_noon)

    assert vitals.read("switch").count == 2
    assert set(switch.calls) == {"/ping"}


def test_a_switch_that_answers_again_is_forgiven(db, switch, at_noon):
    dead_mans_switch.call("http://127.0.0.1:1/", now=at_noon)

    assert dead_mans_switch.call(f"{switch_url(switch)}/ping", now=at_noon)
    assert vitals.read("switch").count == 0


def test_a_switch_that_never_answers_holds_the_sweep_for_seconds_only(
    db, inbox, at_noon, settings, monkeypatch
):
    monkeypatch.setattr(dead_mans_switch, "PATIENCE", 0.2)
    inbox_port = settings.EMAIL_PORT  # greets, and then waits for a good word
    began = perf_counter()

    answered = dead_mans_switch.call(f"http://127.0.0.1:{inbox_port}/", now=at_noon)

    assert not answered
    assert perf_counter() - began < 2


def switch_url(server: HTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_port}"
