"""The verbs of a review meeting: called, moved, called off, held, and what it decided.

Whoever is invited hears of each of these in a mail that calendars read. A meeting keeps
its UID however often it is moved, and each change that calendars must know of counts up
its SEQUENCE.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.utils.translation import gettext as _

from incidents.changes import Blocker, Change, Refused, changing, unfit
from incidents.choices import CalendarMethod, DeadlineKind, PostMortemState
from incidents.message_facts import zoned
from incidents.names import enumerated, name_of
from incidents.revisions import touch
from incidents.sight import Seers
from postmortems.choices import Block, Origin, SectionKind
from postmortems.meanings import Meaning, meaning_of
from postmortems.meeting_mail import Invited, addresses_in, invite
from postmortems.models import Meeting, PostMortem, Section

if TYPE_CHECKING:
    from django.contrib.auth.models import User

FURTHEST = timedelta(days=366)


@dataclass(frozen=True)
class Plan:
    """What a meeting is to be."""

    starts_at: datetime
    minutes: int = 60
    place: str = ""
    attendees: tuple[User, ...] = ()
    guests: str = ""
    follow_up_on: date | None = None


def arrange(
    postmortem: PostMortem,
    plan: Plan,
    *,
    by: User,
    at: datetime,
    seen: int | None = None,
) -> Meeting:
    """Call the meeting, or change the one there is; calendars are told.

    `seen` is the sequence that whoever changes it had before them.
    """
    with changing(postmortem, by=by, at=at) as change:
        meeting = _stored(postmortem)
        change.require(_blockers_of_arrange(meeting, plan, seen, at))
        change.stop_if_blocked()
        change.require(_unseeing(postmortem, plan.attendees))
        before = _Before.of(meeting)
        meeting = meeting or _new(postmortem, by)
        _take(meeting, plan)
        change.require(unfit(meeting))
        change.stop_if_blocked()
        is_news = before.differs(meeting, plan)
        if before.is_on and is_news:
            meeting.sequence += 1
        if not before.is_on:
            meeting.sequence += bool(before.key)
            meeting.cancelled_at, meeting.called_by = None, by
        meeting.save()
        meeting.attendees.set(plan.attendees)
        if is_news:
            _tell_of(meeting, before, by, at)
        if not before.is_on or before.starts_at != meeting.starts_at:
            _log(change.row, meeting, before, by, at)
        _show_section(postmortem, by, at)
        touch(postmortem.incident_id)
    return meeting


def cancel(postmortem: PostMortem, *, by: User, at: datetime) -> None:
    """Call the meeting off; it leaves the calendars it went to."""
    with changing(postmortem, by=by, at=at) as change:
        meeting = _standing(postmortem, change)
        if meeting.held_at:
            change.refuse("held", _("It was held: what was, stays."))
        change.stop_if_blocked()
        meeting.cancelled_at = at
        meeting.sequence += 1
        meeting.save(update_fields=["cancelled_at", "sequence"])
        everybody = _invited(meeting.attendees.all(), meeting.guests)
        invite(meeting, everybody, CalendarMethod.CANCEL, by=by, at=at)
        said = _("Review meeting of %s called off") % _when(meeting)
        # Where calling it was enough, the review is due again.
        _note(change.row, said, by, at, reopens=[DeadlineKind.REVIEW])


def hold(postmortem: PostMortem, *, by: User, at: datetime) -> None:
    """Say that the meeting took place: the review that was due is done."""
    with changing(postmortem, by=by, at=at) as change:
        meeting = _standing(postmortem, change)
        if meeting.held_at:
            change.refuse("held", _("Somebody said so already."))
        elif meeting.starts_at > at:
            sentence = _("It has not begun: it begins at %s.")
            change.refuse("early", sentence % _when(meeting))
        change.stop_if_blocked()
        meeting.held_at = at
        meeting.save(update_fields=["held_at"])
        said = _("Review meeting of %s held") % _when(meeting)
        _note(change.row, said, by, at, meets=[DeadlineKind.REVIEW])


def follow_up(
    postmortem: PostMortem, on: date | None, *, by: User, at: datetime
) -> None:
    """Set the day on which people look whether it was done, or none."""
    with changing(postmortem, by=by, at=at) as change:
        meeting = _standing(postmortem, change)
        change.require(blockers_of_follow_up(meeting.starts_at, on))
        change.stop_if_blocked()
        meeting.follow_up_on = on
        meeting.save(update_fields=["follow_up_on"])
        touch(postmortem.incident_id)


def decide(
    postmortem: PostMortem,
    new: Iterable[str],
    *,
    by: User,
    at: datetime,
    changed: Mapping[int, tuple[str, str]] | None = None,
) -> None:
    """Write down what was decided: lines of the section about the meeting."""
    lines = [line for line in new if line.strip()]
    if not lines and not changed:
        raise Refused.because("text", _("Write the decision first."), "new")
    section = _show_section(postmortem, by, at)
    added = {section.key: lines} if section and lines else {}
    postmortem.write({}, findings=changed, added=added, by=by, at=at)


def decisions_section(postmortem: PostMortem) -> Section | None:
    """Give the section that says what a meeting decided."""
    sections = list(postmortem.sections.all())
    block = next((each for each in sections if each.block == Block.MEETING), None)
    if block:
        return block
    about = (each for each in sections if meaning_of(each.key) == Meaning.MEETING)
    return next(about, None)


@dataclass(frozen=True)
class _Before:
    """What calendars know of the meeting, before it is changed."""

    key: int | None = None
    is_on: bool = False
    starts_at: datetime | None = None
    minutes: int = 0
    place: str = ""
    attendees: tuple[User, ...] = ()
    guests: str = ""

    @classmethod
    def of(cls, meeting: Meeting | None) -> _Before:
        if meeting is None:
            return cls()
        if not meeting.is_on:
            return cls(key=meeting.pk)
        return cls(
            key=meeting.pk,
            is_on=True,
            starts_at=meeting.starts_at,
            minutes=meeting.minutes,
            place=meeting.place,
            attendees=tuple(meeting.attendees.select_related("profile")),
            guests=meeting.guests,
        )

    def moved(self, meeting: Meeting) -> bool:
        now = (meeting.starts_at, meeting.minutes, meeting.place)
        return (self.starts_at, self.minutes, self.place) != now

    def differs(self, meeting: Meeting, plan: Plan) -> bool:
        people = {each.pk for each in self.attendees}
        now = {each.pk for each in plan.attendees}
        others = people != now or self.guests != meeting.guests
        return not self.is_on or others or self.moved(meeting)


def _stored(postmortem: PostMortem) -> Meeting | None:
    meetings = Meeting.objects.select_for_update(of=("self",))
    found = meetings.filter(postmortem=postmortem).select_related("called_by").first()
    if found:
        found.postmortem = postmortem
    return found


def _standing(postmortem: PostMortem, change: Change[PostMortem]) -> Meeting:
    """Give the meeting that is on; raises Refused where there is none."""
    meeting = _stored(postmortem)
    if meeting is None or not meeting.is_on:
        raise Refused.because("none", _("No meeting is called: call one first."))
    return meeting


def _new(postmortem: PostMortem, by: User) -> Meeting:
    host = urlsplit(settings.SITE_URL).hostname
    uid = f"{uuid4()}@{host}"[:80]
    return Meeting(postmortem=postmortem, uid=uid, called_by=by)


def _take(meeting: Meeting, plan: Plan) -> None:
    meeting.starts_at, meeting.minutes = plan.starts_at, plan.minutes
    meeting.place = " ".join(plan.place.split())
    lines = (" ".join(line.split()) for line in plan.guests.splitlines())
    meeting.guests = "\n".join(line for line in lines if line)
    meeting.follow_up_on = plan.follow_up_on


def _blockers_of_arrange(
    meeting: Meeting | None, plan: Plan, seen: int | None, at: datetime
) -> list[Blocker]:
    blockers = blockers_of_follow_up(plan.starts_at, plan.follow_up_on)
    if meeting and meeting.held_at:
        sentence = _("It was held: what was, stays. Only its follow-up can be set.")
        return [Blocker("held", sentence)]
    if seen is not None and seen != (meeting.sequence if meeting else 0):
        sentence = _("Somebody changed the meeting meanwhile: look again.")
        blockers.append(Blocker("stale", sentence))
    is_moved = not meeting or not meeting.is_on or meeting.starts_at != plan.starts_at
    if is_moved and plan.starts_at <= at:
        blockers.append(Blocker("past", _("Choose a time that lies ahead."), "day"))
    if plan.starts_at > at + FURTHEST:
        sentence = _("Choose a day within a year.")
        blockers.append(Blocker("far", sentence, "day"))
    return blockers


def blockers_of_follow_up(starts_at: datetime, on: date | None) -> list[Blocker]:
    """Refuse a day before the meeting, or ten years behind it."""
    if on is None or starts_at.date() <= on <= (starts_at + 10 * FURTHEST).date():
        return []
    sentence = _("The follow-up comes after the meeting: choose a later day.")
    return [Blocker("follow_up", sentence, "follow_up_on")]


def _unseeing(postmortem: PostMortem, people: Iterable[User]) -> list[Blocker]:
    """Refuse whoever may not see the incident, or cannot log in."""
    people = list(people)
    seers = Seers.of(postmortem.incident, people)
    unfit_ones = [each for each in people if not seers.sees(each) or not each.is_active]
    if not unfit_ones:
        return []
    names = enumerated(map(name_of, unfit_ones), _(" and "))
    sentence = _("%s may not see this incident: name them as guests, or not at all.")
    return [Blocker("unseen", sentence % names, "attendees")]


def _tell_of(meeting: Meeting, before: _Before, by: User, at: datetime) -> None:
    """Invite whom the change is news to, and let go whoever was taken off."""
    now = _invited(meeting.attendees.select_related("profile"), meeting.guests)
    then = _invited(before.attendees, before.guests)
    gone = [each for each in then if each not in now]
    news = now if before.moved(meeting) else [each for each in now if each not in then]
    is_move = before.is_on
    invite(meeting, gone, CalendarMethod.CANCEL, by=by, at=at, is_taken_off=True)
    request = CalendarMethod.REQUEST
    told_before = [each for each in news if is_move and each in then]
    fresh = [each for each in news if each not in told_before]
    invite(meeting, fresh, request, by=by, at=at)
    invite(meeting, told_before, request, by=by, at=at, is_moved=True)


def _invited(people: Iterable[User], guests: str) -> list[Invited]:
    users = [Invited(name_of(each), each.email, each) for each in people if each.email]
    known = {each.address.lower() for each in users}
    others = addresses_in(guests)
    return users + [each for each in others if each.address.lower() not in known]


def _log(
    postmortem: PostMortem, meeting: Meeting, before: _Before, by: User, at: datetime
) -> None:
    if before.is_on:
        said = _("Review meeting moved to %s") % _when(meeting)
        _note(postmortem, said, by, at)
        return
    rule = postmortem.incident.playbook.postmortem
    meets = [DeadlineKind.REVIEW] if rule.review_means == "scheduled" else []
    said = _("Review meeting called for %s") % _when(meeting)
    _note(postmortem, said, by, at, meets=meets)


def _note(
    postmortem: PostMortem,
    said: str,
    by: User,
    at: datetime,
    meets: Collection[str] = (),
    reopens: Collection[str] = (),
) -> None:
    incident = postmortem.incident
    state = PostMortemState.PUBLISHED if postmortem.version else PostMortemState.DRAFT
    incident.record_postmortem(
        state, by=by, at=at, text=said, meets=meets, reopens=reopens
    )


def _when(meeting: Meeting) -> str:
    return zoned(meeting.starts_at, meeting.postmortem.incident.team.zone)


def _show_section(postmortem: PostMortem, by: User, at: datetime) -> Section | None:
    """Put the meeting into the document, while that is being written."""
    section = decisions_section(postmortem)
    if not postmortem.is_draft:
        return section
    if section is None:
        return postmortem.add_section(
            _("Review meeting"),
            kind=SectionKind.LIST,
            origin=Origin.OURS,
            by=by,
            at=at,
        )
    if not section.is_shown:
        postmortem.switch(section, shown=True, by=by, at=at)
    return section
