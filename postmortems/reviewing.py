"""Asking for a review, and telling the author what came of it: all of it by mail.

Who is asked gets a letter at once. What readers say is gathered: a sweep tells the
author of it, some minutes later and not more than once an hour.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from incidents import outbox
from incidents.changes import Blocker, Refused, locked
from incidents.choices import DeadlineKind, NotificationKind, PostMortemState
from incidents.incident_mails import mail_about
from incidents.mail_wording import greeted, write
from incidents.models import Notification
from incidents.names import name_of
from incidents.repeats import WINDOW, AlreadyThere
from incidents.sight import PlaceOf, Sight
from postmortems.models import PostMortem, Reviewer, SectionComment

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)

TELL = "postmortems.tell_authors"
# Who comments writes more than one; and a step may be committed a little later than
# it says. So what is younger than this waits for the next sweep.
SETTLED = timedelta(minutes=2)
AT_MOST_EACH = timedelta(hours=1)
# What no sweep has told by then is old news: they were all down.
OLDEST = timedelta(days=7)
NEWS_KEY = "review-news:"
LONGEST_NOTE = 1_000
LONGEST_QUOTE = 400
NEEDED = ("author", "incident__team", "incident__severity", "incident__lead")


@transaction.atomic
def ask(
    postmortem: PostMortem,
    people: Iterable[User],
    *,
    by: User,
    at: datetime,
    note: str = "",
) -> list[Reviewer]:
    """Ask people to review it, each by a mail; all of them or, if refused, nobody.

    Who is asked a second time, on purpose, gets a second mail; of a double press
    nobody does. With the first who is asked the draft that was due is done.
    """
    blockers: list[Blocker] = _blockers_of_ask(people := list(people), note)
    # Locked, so that of two presses at once the second sees the first.
    with locked(postmortem) as row:
        just_asked = set(
            row.reviewers.filter(asked_at__range=(at - WINDOW, at + WINDOW))
            # Who approves without being asked stands as asking themselves.
            .exclude(asked_by=F("person"))
            .values_list("person", flat=True)
        )
    if people and all(person.pk in just_asked for person in people):
        raise AlreadyThere.because("asked", _("They were asked a moment ago."))
    people = [person for person in people if person.pk not in just_asked]
    is_first, asked = not _was_asked_for(postmortem), []
    for person in people:
        try:
            asked.append(postmortem.ask(person, by=by, at=at))
        except Refused as refusal:
            blockers += refusal.blockers
    if blockers:
        raise Refused(dict.fromkeys(blockers))
    if is_first:
        _log(postmortem, by, at)
    outbox.queue_all(
        _request(postmortem, each, by, note, at) for each in asked if each.person.email
    )
    return asked


def _was_asked_for(postmortem: PostMortem) -> bool:
    """Say whether a review of what is being written was asked for already."""
    # Who approves of their own accord was asked by nobody.
    asked = postmortem.reviewers.exclude(asked_by=F("person"))
    if published := postmortem.latest():
        asked = asked.filter(asked_at__gt=published.published_at)
    return asked.exists()


def _log(postmortem: PostMortem, by: User, at: datetime) -> None:
    """Note that there is a draft to be read: the one that was due is done."""
    state = PostMortemState.PUBLISHED if postmortem.version else PostMortemState.DRAFT
    postmortem.incident.record_postmortem(
        state,
        by=by,
        at=at,
        text=_("Review of the post-mortem asked for"),
        meets=[DeadlineKind.DRAFT],
    )


def _blockers_of_ask(people: Sequence[User], note: str) -> list[Blocker]:
    blockers = []
    if not people:
        blockers.append(Blocker("nobody", _("Choose who is asked."), "people"))
    if len(note) > LONGEST_NOTE:
        sentence = _("Say it in at most %s characters.") % f"{LONGEST_NOTE:,}"
        blockers.append(Blocker("long", sentence, "note"))
    return blockers


def _request(
    postmortem: PostMortem, reviewer: Reviewer, by: User, note: str, at: datetime
) -> Notification:
    person, incident = reviewer.person, postmortem.incident
    wording = write(
        "review_asked",
        {
            "name": greeted(person),
            "incident": str(incident),
            "reference": incident.reference,
            "by": name_of(by),
            "author": name_of(postmortem.author),
            "note": note.strip(),
            "severity": incident.severity_label,
            "url": page_of(postmortem),
        },
    )
    return mail_about(
        incident,
        wording,
        key=f"review-ask:{postmortem.pk}:{person.pk}:{reviewer.asked_at.isoformat()}",
        kind=NotificationKind.REVIEW,
        at=at,
        user=person,
    )


def page_of(postmortem: PostMortem) -> str:
    return f"{settings.SITE_URL}{postmortem.get_absolute_url()}"


@dataclass
class News:
    """What the author of one post-mortem has not been told yet."""

    postmortem: PostMortem
    comments: list[SectionComment] = field(default_factory=list)
    approvals: list[Reviewer] = field(default_factory=list)
    told: datetime | None = None

    @property
    def key(self) -> str:
        """Name what follows the last mail: two sweeps at once find the same."""
        after = self.told.isoformat() if self.told else "first"
        return f"{NEWS_KEY}{self.postmortem.pk}:{after}"

    def since(self, told: datetime | None) -> News:
        """Keep what the mail of `told` cannot have spoken of."""
        if told is None:
            return self
        before = told - SETTLED
        return News(
            self.postmortem,
            [each for each in self.comments if each.at > before],
            [each for each in self.approvals if (each.approved_at or told) > before],
            told,
        )

    def __bool__(self) -> bool:
        return bool(self.comments or self.approvals)


def queue_news(now: datetime) -> int:
    """Queue what authors are to be told by now; return how many mails that made."""
    rows = [_letter(each, now) for each in plan(now)]
    if rows:
        outbox.queue_all(rows)
        logger.info("reviews.told", extra={"count": len(rows)})
    return len(rows)


def plan(now: datetime) -> list[News]:
    """Say what is to be told at this moment; write nothing."""
    found = _found(now)
    told = _told(each.postmortem.incident_id for each in found)
    waiting = [
        each.since(told.get(each.postmortem.incident_id))
        for each in found
        if not _is_too_soon(told.get(each.postmortem.incident_id), now)
    ]
    return _readable([each for each in waiting if each])


def _found(now: datetime) -> list[News]:
    """Gather what others than the author said, by post-mortem; in three queries."""
    settled = (now - OLDEST, now - SETTLED)
    comments = SectionComment.objects.filter(at__range=settled, resolved_at=None)
    news: dict[int, News] = {}
    by_key: dict[int, list[SectionComment]] = defaultdict(list)
    for comment in comments.select_related("section", "author").order_by("at", "pk"):
        by_key[comment.section.postmortem_id].append(comment)
    approvals: dict[int, list[Reviewer]] = defaultdict(list)
    agreed = Reviewer.objects.filter(approved_at__range=settled)
    for reviewer in agreed.select_related("person").order_by("approved_at", "pk"):
        approvals[reviewer.postmortem_id].append(reviewer)
    drafts = PostMortem.objects.drafts().filter(pk__in={*by_key, *approvals})
    for postmortem in drafts.select_related(*NEEDED).order_by("pk"):
        author = postmortem.author_id
        news[postmortem.pk] = News(
            postmortem,
            [each for each in by_key[postmortem.pk] if each.author_id != author],
            [each for each in approvals[postmortem.pk] if each.person_id != author],
        )
    return [each for each in news.values() if each]


def _told(incidents: Iterable[int]) -> dict[int, datetime]:
    """Say when the last mail of this kind about each of these was written."""
    wanted = set(incidents)
    if not wanted:
        return {}
    mails = Notification.objects.filter(
        kind=NotificationKind.REVIEW, incident__in=wanted, key__startswith=NEWS_KEY
    )
    return dict(mails.order_by().values_list("incident").annotate(Max("created_at")))


def _is_too_soon(told: datetime | None, now: datetime) -> bool:
    return told is not None and now - told < AT_MOST_EACH


def _readable(news: Collection[News]) -> list[News]:
    """Keep what its author may read, at an address."""
    people = {each.postmortem.author_id for each in news}
    incidents = [each.postmortem.incident for each in news]
    if not people:
        return []
    sight = Sight.of(people, {each.pk for each in incidents if each.restricted})
    return [
        each
        for each in news
        if each.postmortem.author.email
        and sight.sees(each.postmortem.author_id, PlaceOf(each.postmortem.incident))
    ]


def _letter(news: News, now: datetime) -> Notification:
    postmortem, incident = news.postmortem, news.postmortem.incident
    author = postmortem.author
    wording = write(
        "review_news",
        {
            "name": greeted(author),
            "incident": str(incident),
            "reference": incident.reference,
            "comments": [_quoted(each, postmortem) for each in news.comments],
            "approvals": [name_of(each.person) for each in news.approvals],
            "url": page_of(postmortem),
        },
    )
    return mail_about(
        incident,
        wording,
        key=news.key,
        kind=NotificationKind.REVIEW,
        at=now,
        user=author,
    )


def _quoted(comment: SectionComment, postmortem: PostMortem) -> dict[str, str]:
    text = " ".join(comment.text.split())
    is_long = len(text) > LONGEST_QUOTE
    return {
        "by": name_of(comment.author),
        "section": comment.section.title,
        "text": f"{text[: LONGEST_QUOTE - 1].rstrip()}…" if is_long else text,
        "url": f"{page_of(postmortem)}#section-{comment.section.key}",
    }
