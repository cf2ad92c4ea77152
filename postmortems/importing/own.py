"""A document of ours as a story: the rows it was made of, as far as it has them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from incidents.changes import Refused
from incidents.choices import (
    CloseReason,
    Horizon,
    ItemKind,
    ItemStatus,
    Kind,
    Milestone,
    Status,
)
from incidents.models import Incident
from incidents.playbooks.schema import PlaybookDocument
from postmortems.importing.choosing import (
    Choices,
    Known,
    severities_of,
    severity_in,
)
from postmortems.importing.milestones import not_before_its_time
from postmortems.importing.own_words import Facts, code_in, is_pending
from postmortems.importing.places import existing, is_here, rules_of
from postmortems.importing.soundness import require_sound
from postmortems.importing.story import (
    Story,
    ToldEntry,
    ToldItem,
    ToldLine,
    ToldLink,
    ToldPart,
    ToldRole,
)
from postmortems.importing.texts import one_line
from postmortems.laying_out import SectionPlan, free_key, plans_of
from postmortems.snapshot import Item, Part, Snapshot

if TYPE_CHECKING:
    from django.contrib.auth.models import User

AUTOMATIC = {Milestone.DECLARED, Milestone.CLOSED}


def story_of(
    snapshot: Snapshot, choices: Choices, known: Known, *, by: User, now: datetime
) -> Story:
    """Give the rows of a snapshot; names that nobody has here stay as text.

    Raises Refused with what no page of ours would have let anybody write.
    """
    require_sound(snapshot, now)
    there = existing(snapshot.reference, by)
    playbook, document = rules_of(choices, there)
    severities = severities_of(playbook)
    said = severity_in(snapshot.severity.text, severities)
    severity = choices.severity or said or choices.otherwise or severities[-1]
    facts = Facts.of(snapshot)
    columns = dict(_columns(snapshot, choices, document, facts))
    if not Incident.objects.filter(reference=snapshot.reference).exists():
        columns["reference"] = snapshot.reference
    declared_at = _at(snapshot, Milestone.DECLARED) or _first(snapshot)
    if declared_at is None:
        sentence = _("It says no time at all: import it where its incident is.")
        raise Refused.because("day", sentence, "text")
    not_before_its_time(declared_at, now)
    over_at = _at(snapshot, Milestone.RESOLVED) or _last(snapshot) or declared_at
    return Story(
        title=one_line(snapshot.title),
        team=there.team if there else choices.team,
        severity=there.severity if there else severity,
        declared_at=declared_at,
        author=known.person(snapshot.author) or by,
        parts=tuple(_parts(snapshot, document)),
        known=columns,
        incident=there,
        lead=known.person(snapshot.lead),
        services=known.services(snapshot.services),
        spans=tuple((span.start, span.end) for span in snapshot.impact),
        entries=tuple(_entries(snapshot, known)),
        items=tuple(
            _item(each, choices, known, now, over_at) for each in snapshot.items
        ),
        links=tuple(_links(snapshot, by)),
        roles=tuple(_roles(snapshot, document, known)),
        messages=snapshot.messages,
        meeting=snapshot.meeting,
        left="\n".join([*_left(snapshot, known), *map(": ".join, facts.unread)]),
        notes=(*_notes(snapshot, choices, said is None, there), *_unread(facts)),
    )


def _at(snapshot: Snapshot, name: str) -> datetime | None:
    return next((each.at for each in snapshot.moments if each.name == name), None)


def _first(snapshot: Snapshot) -> datetime | None:
    known = [at for _label, at in snapshot.known()]
    known += [each.at for each in snapshot.timeline]
    return min(known, default=None)


def _last(snapshot: Snapshot) -> datetime | None:
    known = [at for _label, at in snapshot.known()]
    return max(known, default=max((e.at for e in snapshot.timeline), default=None))


def _columns(
    snapshot: Snapshot, choices: Choices, document: PlaybookDocument, facts: Facts
) -> Iterator[tuple[str, Any]]:
    """Give the columns of the incident by name."""
    yield "summary", snapshot.summary
    yield "is_drill", snapshot.is_drill
    yield "restricted", snapshot.is_restricted or choices.restricted
    unknown = dict(facts.unknown)
    for moment in snapshot.moments:
        if moment.name in Milestone and moment.name not in AUTOMATIC and moment.at:
            yield f"{moment.name}_at", moment.at
        if moment.name in Milestone and moment.unknown:
            unknown[moment.name] = moment.unknown
    yield from _state(snapshot, document)
    yield from facts.columns.items()
    if snapshot.cause:
        yield "cause_category", snapshot.cause
    yield "unknown", unknown


def _state(snapshot: Snapshot, document: PlaybookDocument) -> Iterator[tuple[str, Any]]:
    resolved = _at(snapshot, Milestone.RESOLVED)
    if resolved:
        yield "status", Status.RESOLVED
    else:
        labels = {document.status_label(each): each for each in Status}
        labels.pop(None, None)
        labels.pop(document.status_label(Status.RESOLVED), None)
        yield "status", labels.get(snapshot.status.text, document.first_status)
    if closed := _at(snapshot, Milestone.CLOSED):
        yield "closed_at", closed
        reason = CloseReason.COMPLETED if resolved else CloseReason.FALSE_ALARM
        yield "close_reason", reason


def _entries(snapshot: Snapshot, known: Known) -> Iterator[ToldEntry]:
    for entry in snapshot.timeline:
        author = known.person(entry.author)
        yield ToldEntry(
            number=entry.id,
            at=entry.at,
            text=entry.text,
            kind=code_in(entry.kind, Kind) or Kind.NOTE,
            author=author,
            is_public=entry.is_public,
            written_by="" if author else entry.author,
        )


def _item(
    item: Item, choices: Choices, known: Known, now: datetime, over_at: datetime
) -> ToldItem:
    """Give an item; one that does not say when it was finished was so by the end."""
    owner = known.person(item.owner)
    details = item.details
    if item.owner and not owner:
        kept = _("Owner: %s") % item.owner
        details = "\n\n".join(filter(None, [details, kept]))
    status = code_in(item.status_code, ItemStatus) or ItemStatus.OPEN
    finished, because = item.finished_at, item.dropped_because
    if is_pending(item) and choices.drops_open:
        status, finished, because = ItemStatus.DROPPED, now, dropped_here()
    elif not is_pending(item):
        finished = finished or over_at
    if status == ItemStatus.DROPPED:
        because = because or dropped_there()
    return ToldItem(
        number=item.id,
        title=one_line(item.title),
        details=details,
        kind=code_in(item.kind_code, ItemKind) or ItemKind.PREVENT,
        horizon=code_in(item.horizon, Horizon) or Horizon.SHORT,
        priority=item.priority,
        owner=owner,
        due_on=item.due_on,
        status=status,
        finished_at=finished,
        dropped_because=because,
        evidence=item.evidence,
        ticket=item.ticket,
        is_public=item.is_public,
    )


def dropped_here() -> str:
    return _("It was open when its write-up was imported, and is not followed up here.")


def dropped_there() -> str:
    return _("Dropped, says the imported write-up.")


def _parts(snapshot: Snapshot, document: PlaybookDocument) -> Iterator[ToldPart]:
    """Give its sections, then hidden what the playbook has besides."""
    plans = plans_of(document)
    prompts = {plan.key: plan.prompts for plan in plans}
    taken: set[str] = set()
    for part in snapshot.parts:
        key = free_key(part.key, taken)
        plan = SectionPlan(
            key=key, title=one_line(part.title), kind=part.kind, block=part.block,
            depth=part.depth, origin=part.origin, prompts=prompts.get(part.key, []),
            fields=list(part.fields), columns=list(part.columns), zone=part.zone,
        )  # fmt: skip
        yield ToldPart(plan, part.body, _lines(part), part.is_public, is_filled=True)
    blocks = {part.block for part in snapshot.parts}
    for plan in plans:
        if plan.key not in taken and not (plan.block and plan.block in blocks):
            free_key(plan.key, taken)
            yield ToldPart(SectionPlan(**{**vars(plan), "is_shown": False}))


def _lines(part: Part) -> tuple[ToldLine, ...]:
    return tuple(
        ToldLine(
            number=line.id,
            text=line.text,
            category=line.category,
            priority=line.priority,
            evidence=line.evidence,
            earlier=line.earlier,
            item=line.item,
            is_public=line.is_public,
        )
        for line in part.lines
    )


def _links(snapshot: Snapshot, by: User) -> Iterator[ToldLink]:
    for each in snapshot.references:
        if each.url:
            label = "" if each.label == each.url else one_line(each.label)
            yield ToldLink(label=label, url=each.url)
        elif other := existing(each.label, by):
            yield ToldLink(other=other)
        else:
            yield ToldLink(label=one_line(each.label))


def _roles(
    snapshot: Snapshot, document: PlaybookDocument, known: Known
) -> Iterator[ToldRole]:
    codes = {name: code for code, name in document.role_names.items()}
    for role in snapshot.people:
        person = known.person(role.person)
        if person and role.since:
            code = codes.get(role.role, role.role)[:40]
            yield ToldRole(code, person, role.since, role.until)


def _left(snapshot: Snapshot, known: Known) -> Iterator[str]:
    """Name those whom nobody here is called, and what only the old place knew."""
    for label, name in (
        (_("Author"), snapshot.author),
        (_("Lead"), snapshot.lead),
        *((role.role, role.person) for role in snapshot.people),
        *((_("Approved"), each.person) for each in snapshot.approvals),
    ):
        if name and not known.person(name):
            yield f"{label}: {name}"
    found = {each.name for each in known.services(snapshot.services)}
    for name in snapshot.services:
        if name not in found:
            yield f"{_('Service')}: {name}"
    yield f"{_('Team')}: {snapshot.team}"
    yield f"{_('Severity')}: {snapshot.severity.text}"
    for past in snapshot.versions:
        yield f"{_('Version %d') % past.number}: {past.by} {past.reason}".rstrip()


def _notes(
    snapshot: Snapshot, choices: Choices, no_severity: bool, there: Incident | None
) -> Iterator[str]:
    if there:
        yield is_here(there)
    elif no_severity and choices.severity is None:
        sentence = _("The playbook has no severity “%s”: the mildest is taken.")
        yield sentence % snapshot.severity.text
    if images := sum(len(each.images) for each in snapshot.timeline):
        yield _("Markdown has no images: %d stay where they are.") % images
    if snapshot.left_out:
        sentence = _("The document left %d later entries out: they do not come.")
        yield sentence % snapshot.left_out
    if snapshot.approvals or snapshot.versions:
        yield _("Approvals and earlier versions do not come: it begins as a draft.")


def _unread(facts: Facts) -> Iterator[str]:
    for label, words in facts.unread:
        sentence = _("%(what)s: “%(said)s” cannot be read and stays text.")
        yield sentence % {"what": label[:80], "said": words[:80]}
