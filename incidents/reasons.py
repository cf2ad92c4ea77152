"""Why a person is or is not reminded of an item at a moment, in sentences.

It reads the same rules as the sweep, and what was told before from the ledger.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.chasing import Chase, Due
from incidents.choices import Capacity, DeliveryState, ItemStatus
from incidents.digest import latest_day
from incidents.digest_mail import digest_key
from incidents.digest_times import (
    ONE_DAY,
    digest_time,
    is_time,
    working_time_of,
    works_on,
    zone_of,
)
from incidents.listeners import NEVER, Duty
from incidents.models import ActionItem, Notification, Reminder
from incidents.names import name_of
from incidents.reminder_words import rung_in_words

# As far ahead as a working day is looked for.
FURTHEST = 400
AS: dict[str, str | Promise] = {
    Capacity.OWNER: gettext_lazy("as its owner"),
    Capacity.STAND_IN: gettext_lazy("standing in for its owner"),
    Capacity.LEAD: gettext_lazy("as the incident’s lead"),
    Capacity.TEAM_LEAD: gettext_lazy("as the team’s lead"),
    Capacity.TEAM_MANAGER: gettext_lazy("as the team’s manager"),
}


def why(item: ActionItem, person: User, at: datetime) -> list[str]:
    """Say whether the person hears of the item at a moment; then what they were told.

    The first sentence is the answer. What lies in the past is told by the ledger; the
    answer itself is reckoned from what item and people are now.
    """
    case = _Case(item, person, at, Chase.read(latest_day(at), also=item.pk))
    return [*case.answer(), *map(_told, case.ledger)]


def concerned(item: ActionItem, at: datetime) -> list[User]:
    """List who hears of an item, or did at some time."""
    chase = Chase.read(latest_day(at), also=item.pk)
    hearing = {
        person
        for person, duties in chase.duties(at).items()
        if any(duty.row.item_id == item.pk for duty in duties)
    }
    told = Reminder.objects.filter(item=item).values_list("person", flat=True)
    owner = {item.owner_id} if item.owner_id else set()
    people = User.objects.filter(pk__in=hearing | owner | set(told))
    return list(people.select_related("profile__team__calendar").order_by("pk"))


@dataclass(frozen=True)
class _Case:
    """One item, one person, one moment."""

    item: ActionItem
    person: User
    at: datetime
    chase: Chase

    @cached_property
    def local(self) -> datetime:
        return self.at.astimezone(zone_of(self.person))

    @cached_property
    def day(self) -> date:
        return self.local.date()

    @cached_property
    def duty(self) -> Duty | None:
        own = self.chase.duties(self.at).get(self.person.pk, [])
        return next((each for each in own if each.row.item_id == self.item.pk), None)

    @cached_property
    def mailed(self) -> Due | None:
        """Give what the day's digest says of the item, if there is reason for one."""
        found = self.chase.due(self.person, self.at)
        return next((e for e in found if e.duty.row.item_id == self.item.pk), None)

    @cached_property
    def ledger(self) -> list[Reminder]:
        rows = Reminder.objects.filter(item=self.item, person=self.person)
        return list(rows.select_related("notification").order_by("created_at", "pk"))

    @cached_property
    def digest(self) -> Notification | None:
        key = digest_key(self.person, self.local)
        return _mails().filter(key=key).first()

    def answer(self) -> Iterator[str]:
        if not self.item.is_pending:
            yield self._finished()
        elif self.item.due_on is None:
            yield _("Not reminded: the item has no date on which it is due.")
        elif self.duty is None:
            yield from self._somebody_else()
        elif self.mailed is not None:
            yield from self._in_the_digest(self.mailed)
        else:
            yield from self._no_news(self.duty)

    def _finished(self) -> str:
        is_done = self.item.status == ItemStatus.DONE
        text = _("Not reminded: it was done on %s.")
        if not is_done:
            text = _("Not reminded: it was dropped on %s.")
        at = self.item.finished_at
        return text % (_moment(at, self.person) if at else "—")

    def _somebody_else(self) -> Iterator[str]:
        """Say why it passes this person by, and whom it reaches."""
        known, away = self.chase.known, self.chase.known.away(self.at)
        absence = known.absences.get(self.person.pk)
        if self.person.pk not in known.active and not self.person.is_active:
            yield _("Not reminded: %s is deactivated.") % name_of(self.person)
        elif self.person.pk in away and absence:
            sentence = _("Not reminded: %(name)s is away until %(day)s.")
            facts = {"name": name_of(self.person), "day": day_words(absence.until)}
            yield sentence % facts
        else:
            sentence = _("Not reminded: %s is not the one who hears of it.")
            yield sentence % name_of(self.person)
        yield from self._whom_it_reaches()

    def _whom_it_reaches(self) -> Iterator[str]:
        duties = self.chase.duties(self.at)
        reached = [
            (name_of(person), duty)
            for person in self.chase.people
            for duty in duties.get(person.pk, ())
            if duty.row.item_id == self.item.pk
        ]
        for name, duty in reached:
            facts = {"name": name, "as": AS[duty.capacity]}
            if duty.after and duty.row.days_late(self.day) < duty.after:
                facts["late"] = rung_in_words(duty.after)
                yield _("Once it is %(late)s, it reaches %(name)s, %(as)s.") % facts
            else:
                yield _("It reaches %(name)s, %(as)s.") % facts
        if not reached:
            yield _(
                "It reaches nobody: give it an owner, or its incident or team a lead."
            )

    def _in_the_digest(self, due: Due) -> Iterator[str]:
        """The day has a digest that lists it: is it gone, is it time, is it news?"""
        if self.digest:
            sentence = _("Not again on %s: that day’s digest has been made.")
            yield sentence % day_words(self.day)
            yield _state(self.digest)
            return
        facts = {"day": day_words(self.day), "late": rung_in_words(due.days_late)}
        if is_time(self.person, self.at):
            yield _("Reminded: the digest of %(day)s lists it, %(late)s.") % facts
        else:
            yield _("Not yet: the digest of %(day)s will list it, %(late)s.") % facts
        if not is_time(self.person, self.at):
            yield self._hour()
        yield self._as_news(due)

    def _as_news(self, due: Due) -> str:
        if due.is_new:
            text = _("It is news: the rung “%(rung)s” is reached, %(as)s.")
        else:
            text = _("It is listed beside what is news; %(as)s.")
        capacity = AS[due.duty.capacity]
        return text % {"rung": rung_in_words(due.rung), "as": capacity}

    def _no_news(self, duty: Duty) -> Iterator[str]:
        row, rung = duty.row, duty.rung(self.day)
        if row.is_snoozed(self.day):
            sentence = _("Not reminded: snoozed until %(day)s, because: %(why)s")
            until = day_words(row.snoozed_until or self.day)
            yield sentence % {"day": until, "why": self.item.snoozed_because}
        elif duty.after and row.days_late(self.day) < duty.after:
            sentence = _(
                "Not yet: %(name)s is told, %(as)s, once it is %(late)s, on %(day)s."
            )
            yield sentence % {
                "name": name_of(self.person),
                "as": AS[duty.capacity],
                "late": rung_in_words(duty.after),
                "day": day_words(row.due_on + duty.after * ONE_DAY),
            }
        elif rung == NEVER:
            yield _("Not yet: no rung is reached. %s") % self._next(duty)
        elif rung <= self.chase.last_told(row.item_id, self.person.pk):
            text = _("Not again: told already at the rung “%(rung)s”. %(next)s")
            yield text % {"rung": rung_in_words(rung), "next": self._next(duty)}
        else:
            yield from self._day_off()

    def _day_off(self) -> Iterator[str]:
        calendar = working_time_of(self.person)
        sentence = _("Not on %(day)s: no working day in “%(calendar)s”.")
        yield sentence % {"day": day_words(self.day), "calendar": calendar}
        for ahead in range(1, FURTHEST):
            day = self.day + ahead * ONE_DAY
            if works_on(self.person, day):
                sentence = _("It is news in the digest of the next one, %s.")
                yield sentence % day_words(day)
                return

    def _next(self, duty: Duty) -> str:
        """Name the next rung and its day."""
        rung = duty.rule.following(duty.row.days_late(self.day))
        day = duty.row.due_on + rung * ONE_DAY
        facts = {"rung": rung_in_words(rung), "day": day_words(day)}
        return _("The next is “%(rung)s”, on %(day)s.") % facts

    def _hour(self) -> str:
        at = digest_time(self.person, self.day) or self.local
        return _("Their digest goes out at %s.") % _moment(at, self.person)


def day_words(day: date) -> str:
    return date_format(day, "D j M Y")


def _moment(at: datetime, person: User) -> str:
    return date_format(at.astimezone(zone_of(person)), "D j M Y, H:i T")


def _mails() -> QuerySet[Notification]:
    return Notification.objects.defer("text", "html")


def _told(reminder: Reminder) -> str:
    """Say one line of the ledger, with what became of its mail."""
    facts = {
        "day": _moment(reminder.created_at, reminder.person),
        "rung": rung_in_words(reminder.rung),
        "due": day_words(reminder.due_on),
        "as": AS[reminder.capacity],
    }
    text = _("Told on %(day)s at the rung “%(rung)s” of the date %(due)s, %(as)s.")
    return f"{text % facts} {_state(reminder.notification)}"


def _state(mail: Notification | None) -> str:
    """Say what became of a mail."""
    if mail is None:
        return _("The mail itself is no longer kept.")
    facts = {"subject": mail.subject, "address": mail.address, "error": mail.error}
    if mail.state == DeliveryState.SENT and mail.sent_at:
        facts["at"] = date_format(mail.sent_at, "D j M Y, H:i e")
        return _("The mail “%(subject)s” was sent to %(address)s at %(at)s.") % facts
    if mail.state == DeliveryState.FAILED:
        return _("The mail “%(subject)s” to %(address)s failed: %(error)s") % facts
    if mail.state == DeliveryState.SUPPRESSED:
        facts["why"] = mail.suppressed_because
        return _("The mail “%(subject)s” was not sent, on purpose: %(why)s") % facts
    waiting = _("The mail “%(subject)s” to %(address)s waits to be sent.") % facts
    if not mail.error:
        return waiting
    return _("%(waiting)s The server last said: %(error)s") % {
        "waiting": waiting,
        "error": mail.error,
    }
