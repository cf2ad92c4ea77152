"""Assembles what a post-mortem says now from the record and from what people wrote.

The number of queries does not depend on how much there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import get_language

from incidents.choices import (
    ITEM_STATUS_BADGES,
    STATUS_BADGES,
    DeadlineKind,
    ItemStatus,
)
from incidents.clocks import AUDIENCES
from incidents.models import Attachment, Incident
from incidents.names import name_of
from incidents.timeline_filter import KIND_LABELS
from postmortems import figures
from postmortems.choices import Edition
from postmortems.meanings import meaning_of
from postmortems.models import Finding, PostMortem
from postmortems.recurrence import still_open
from postmortems.snapshot import (
    Approval,
    Badge,
    Entry,
    Gathering,
    Image,
    Item,
    Line,
    Moment,
    Part,
    Past,
    Promise,
    Reference,
    Role,
    Sent,
    Snapshot,
    Span,
)

if TYPE_CHECKING:
    from incidents.models import ActionItem, Deadline, TimelineEvent
    from postmortems.models import Section

MOST_ENTRIES = 2_000
# What a bar is drawn for: updates and rungs are many, and tell another story.
BARS = (DeadlineKind.ACKNOWLEDGE, DeadlineKind.RESPOND, DeadlineKind.RESOLVE)


def snapshot_of(
    postmortem: PostMortem, *, now: datetime | None = None, digest: str = ""
) -> Snapshot:
    """Say what the post-mortem says now: as a draft, or about to be published.

    `digest` is the fingerprint of its text, where that is known by now.
    """
    now = now or timezone.now()
    row = PostMortem.objects.select_related(
        "author",
        "published_by",
        "incident__severity",
        "incident__lead",
        "incident__team__calendar",
        "incident__playbook_version",
    ).get(pk=postmortem.pk)
    incident = row.incident
    entries, left_out = _timeline(incident)
    return Snapshot(
        **_text(row, digest),
        **record_of(incident, now),
        language=get_language() or "en",
        taken_at=now,
        timeline=entries,
        left_out=left_out,
        items=_items(incident),
        messages=_messages(incident),
        references=_references(incident),
        still_open=still_open(incident),
    )


def _text(row: PostMortem, digest: str) -> dict[str, Any]:
    """Gather what is said of the write-up itself, by the fields of a snapshot."""
    return {
        "is_draft": row.is_draft,
        "number": row.version + row.is_draft,
        "reason": row.correcting_because,
        "published_at": row.published_at,
        "published_by": name_of(row.published_by),
        "author": name_of(row.author),
        "parts": _parts(row),
        "meeting": _meeting(row),
        "approvals": _approvals(row, digest),
        "versions": versions_of(row, Edition.INTERNAL),
    }


def record_of(incident: Incident, now: datetime) -> dict[str, Any]:
    """Gather what the record says of the incident, by the fields of a snapshot."""
    zone, services = incident.team.zone, list(incident.services.all())
    return {
        "reference": incident.reference,
        "title": incident.title,
        "team": str(incident.team),
        "lead": name_of(incident.lead),
        "zone": zone.key,
        "severity": Badge(text=incident.severity_label, colour=incident.level.badge),
        "status": _status(incident),
        "is_drill": incident.is_drill,
        "is_restricted": incident.restricted,
        "services": tuple(each.name for each in services),
        "service_ids": tuple(each.pk for each in services),
        "cause": incident.cause_category,
        "summary": incident.summary,
        "moments": _moments(incident),
        "impact": tuple(
            Span(start=each.started_at, end=each.ended_at)
            for each in incident.impact_intervals.all()
        ),
        "figures": figures.times(incident, zone, now),
        "promises": _promises(incident),
        "facts": figures.facts(incident, services),
        "people": _people(incident),
    }


def _status(incident: Incident) -> Badge:
    label = incident.playbook.status_label(incident.status)
    colour = STATUS_BADGES[incident.status]
    return Badge(text=label or incident.get_status_display(), colour=colour)


def _moments(incident: Incident) -> tuple[Moment, ...]:
    return tuple(
        Moment(
            name=name.value,
            label=str(name.label),
            at=at,
            unknown=incident.unknown.get(name.value, ""),
        )
        for name, at in incident.milestones()
    )


def _promises(incident: Incident) -> tuple[Promise, ...]:
    rows = incident.deadlines.filter(kind__in=BARS).order_by("position", "pk")
    return tuple(_promise(row) for row in rows if row.starts_at and row.due_at)


def _promise(row: Deadline) -> Promise:
    start, due, met = row.starts_at, row.due_at, row.met_at
    return Promise(
        key=row.key,
        label=row.label,
        rule=row.rule,
        target=(due - start).total_seconds() if due and start else None,
        took=(met - start).total_seconds() if met and start else None,
        state=row.state,
    )


def _people(incident: Incident) -> tuple[Role, ...]:
    """List who held a role, each role and person once, latest last."""
    names = incident.playbook.role_names
    held = incident.roles.exclude(held_at=None).select_related("person")
    latest = {(role.role, role.person_id): role for role in held}
    return tuple(
        Role(
            role=names.get(role.role, role.role),
            person=name_of(role.person),
            since=role.held_at,
            until=role.left_at,
        )
        for role in latest.values()
    )


def _timeline(incident: Incident) -> tuple[tuple[Entry, ...], int]:
    """Give the marked entries, at most 2,000, and how many are left out."""
    marked = incident.timeline.standing().filter(in_postmortem=True)
    rows = marked.chronological().select_related("author")
    events = list(rows[: MOST_ENTRIES + 1])
    left_out = marked.count() - MOST_ENTRIES if len(events) > MOST_ENTRIES else 0
    images = _images(incident)
    return tuple(
        _entry(event, images.get(event.pk, ())) for event in events[:MOST_ENTRIES]
    ), left_out


def _images(incident: Incident) -> dict[int, tuple[Image, ...]]:
    rows = Attachment.objects.filter(event__incident=incident).order_by("event", "pk")
    return {
        event: tuple(
            Image(id=row.pk, words=row.words, width=row.width, height=row.height)
            for row in each
        )
        for event, each in groupby(rows, key=attrgetter("event_id"))
    }


def _entry(event: TimelineEvent, images: Sequence[Image]) -> Entry:
    return Entry(
        id=event.pk,
        at=event.at,
        kind=event.kind,
        label=str(KIND_LABELS[event.kind]),
        text=event.document_text or event.text,
        author=event.told_by,
        images=tuple(images),
        is_public=event.is_public,
    )


def _items(incident: Incident) -> tuple[Item, ...]:
    rows = incident.items.select_related("owner").worst_first()
    return tuple(_item(row) for row in rows)


def _item(row: ActionItem) -> Item:
    colour = ITEM_STATUS_BADGES[ItemStatus(row.status)]
    return Item(
        id=row.pk,
        title=row.title,
        details=row.details,
        kind=row.get_kind_display(),
        kind_code=row.kind,
        status_code=row.status,
        horizon=row.horizon,
        horizon_label=row.get_horizon_display(),
        priority=row.priority,
        owner=name_of(row.owner),
        due_on=row.due_on,
        status=Badge(text=row.get_status_display(), colour=colour),
        finished_at=row.finished_at,
        dropped_because=row.dropped_because,
        evidence=row.evidence,
        ticket=row.ticket,
        is_public=row.is_public,
    )


def _messages(incident: Incident) -> tuple[Sent, ...]:
    rows = incident.messages.select_related("sent_by").order_by("sent_at", "pk")
    return tuple(
        Sent(
            at=row.sent_at,
            audience=str(AUDIENCES.get(row.audience, row.audience)),
            subject=row.subject,
            body=row.body,
            by=name_of(row.sent_by),
        )
        for row in rows
    )


def _references(incident: Incident) -> tuple[Reference, ...]:
    links = [
        Reference(label=row.label or row.url, url=row.url)
        if row.other is None
        # Its title may be for fewer eyes than this document.
        else Reference(label=row.other.reference)
        for row in incident.links.select_related("other")
    ]
    channel = [Reference(label=incident.channel)] if incident.channel else []
    return (*channel, *links)


def _meeting(row: PostMortem) -> Gathering | None:
    meeting = getattr(row, "meeting", None)
    if meeting is None:
        return None
    guests = [each.strip() for each in meeting.guests.splitlines()]
    return Gathering(
        starts_at=meeting.starts_at,
        minutes=meeting.minutes,
        place=meeting.place,
        attendees=(
            *(name_of(each) for each in meeting.attendees.all()),
            *filter(None, guests),
        ),
        follow_up_on=meeting.follow_up_on,
        is_cancelled=not meeting.is_on,
    )


def _approvals(row: PostMortem, digest: str) -> tuple[Approval, ...]:
    approvals = row.approvals()
    if approvals and not digest:
        digest = row.text_digest()
    return tuple(
        Approval(
            person=name_of(each.person),
            at=each.approved_at,
            is_stale=each.approved_digest != digest,
        )
        for each in approvals
        if each.approved_at
    )


def versions_of(row: PostMortem, edition: str) -> tuple[Past, ...]:
    """List the versions of an edition; only the internal one says who made them."""
    is_internal = edition == Edition.INTERNAL
    earlier = row.publications.filter(edition=edition).select_related("published_by")
    return tuple(
        Past(
            number=each.number,
            at=each.published_at,
            by=name_of(each.published_by) if is_internal else "",
            reason=each.reason,
        )
        for each in earlier.defer("frozen").order_by("number")
    )


def _parts(row: PostMortem) -> tuple[Part, ...]:
    sections = list(row.sections.shown())
    findings = Finding.objects.filter(section__postmortem=row)
    by_section: dict[int, list[Finding]] = {}
    for finding in findings.select_related("evidence").order_by("order", "pk"):
        by_section.setdefault(finding.section_id, []).append(finding)
    return tuple(_part(each, by_section.get(each.pk, ())) for each in sections)


def _part(section: Section, findings: Iterable[Finding]) -> Part:
    meaning = meaning_of(section.key) or meaning_of(section.title)
    return Part(
        id=section.pk,
        key=section.key,
        title=section.title,
        meaning=section.block or (meaning.value if meaning else ""),
        kind=section.kind,
        block=section.block,
        depth=section.depth,
        body=section.body,
        fields=tuple(section.fields),
        columns=tuple(section.columns),
        zone=section.zone,
        origin=section.origin,
        is_public=section.is_public,
        lines=tuple(_line(each) for each in findings),
    )


def _line(finding: Finding) -> Line:
    evidence = finding.evidence
    return Line(
        id=finding.pk,
        text=finding.text,
        category=finding.category,
        category_label=finding.get_category_display(),
        priority=finding.priority,
        evidence=finding.evidence_id,
        evidence_at=evidence.at if evidence else None,
        evidence_text=(evidence.document_text or evidence.text) if evidence else "",
        earlier=finding.earlier_id,
        item=finding.item_id,
        is_public=finding.is_public,
    )
