"""A document of ours as a story: the rows it was made of, as far as it has them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from incidents.changes import Refused
from incidents.choices import (
    CauseCategory,
    CloseReason,
    DataLoss,
    DetectionSource,
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
from postmortems.importing.places import existing, is_here, rules_of
from postmortems.importing.story import (
    Story,
    ToldEntry,
    ToldItem,
    ToldLine,
    ToldLink,
    ToldPart,
    ToldRole,
)
from postmortems.laying_out import SectionPlan, free_key, plans_of
from postmortems.snapshot import Item, Part, Snapshot

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MONEY = re.compile(r"([\d.,]+) ([A-Z]{3})")
SHARE = re.compile(r"(\d+(?:\.\d+)?)\s*%")
AUTOMATIC = {Milestone.DECLARED, Milestone.CLOSED}


def story_of(
    snapshot: Snapshot, choices: Choices, known: Known, *, by: User, now: datetime
) -> Story:
    """Give the rows of a snapshot; names that nobody has here stay as text."""
    there = existing(snapshot.reference, by)
    playbook, document = rules_of(choices, there)
    severities = severities_of(playbook)
    said = severity_in(snapshot.severity.text, severities)
    severity = choices.severity or said or choices.otherwise or severities[-1]
    columns = dict(_columns(snapshot, choices, document))
    if not Incident.objects.filter(reference=snapshot.reference).exists():
        columns["reference"] = snapshot.reference
    declared_at = _at(snapshot, Milestone.DECLARED) or _first(snapshot)
    if declared_at is None:
        sentence = _("It says no time at all: import it where its incident is.")
        raise Refused.because("day", sentence, "text")
    not_before_its_time(declared_at, now)
    return Story(
        title=snapshot.title,
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
        items=tuple(_item(each, choices, known, now) for each in snapshot.items),
        links=tuple(_links(snapshot, by)),
        roles=tuple(_roles(snapshot, document, known)),
        messages=snapshot.messages,
        meeting=snapshot.meeting,
        left="\n".join(_left(snapshot, known)),
        notes=tuple(_notes(snapshot, choices, said is None, there)),
    )


def _at(snapshot: Snapshot, name: str) -> datetime | None:
    return next((each.at for each in snapshot.moments if each.name == name), None)


def _first(snapshot: Snapshot) -> datetime | None:
    known = [at for _label, at in snapshot.known()]
    known += [each.at for each in snapshot.timeline]
    return min(known, default=None)


def _columns(
    snapshot: Snapshot, choices: Choices, document: PlaybookDocument
) -> Iterator[tuple[str, Any]]:
    """Give the columns of the incident by name."""
    yield "summary", snapshot.summary
    yield "is_drill", snapshot.is_drill
    yield "restricted", snapshot.is_restricted or choices.restricted
    unknown = {}
    for moment in snapshot.moments:
        if moment.name in Milestone and moment.name not in AUTOMATIC and moment.at:
            yield f"{moment.name}_at", moment.at
        if moment.name in Milestone and moment.unknown:
            unknown[moment.name] = moment.unknown
    yield from _state(snapshot, document)
    yield from _facts(snapshot, unknown)
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


def _facts(snapshot: Snapshot, unknown: dict[str, str]) -> Iterator[tuple[str, Any]]:
    """Read the figures back out of their words."""
    said = {fact.key: fact.value for fact in snapshot.facts}
    users = said.get("users", "")
    if share := SHARE.match(users):
        yield "users_percent", Decimal(share[1])
    elif re.fullmatch(r"[\d,.  ]+", users):
        yield "users_affected", int(re.sub(r"\D", "", users))
    if count := re.sub(r"\D", "", said.get("transactions", "")):
        yield "transactions_affected", int(count)
    if (money := MONEY.fullmatch(said.get("revenue", ""))) and (
        amount := _amount(money[1])
    ) is not None:
        yield "revenue_lost", amount
        yield "revenue_currency", money[2]
    yield "features_affected", said.get("features", "")
    yield "data_loss_details", said.get("data_loss_details", "")
    yield "reputation", said.get("reputation", "")
    for name, choices in (
        ("data_loss", DataLoss),
        ("detection_source", DetectionSource),
    ):
        codes = {str(each.label): each.value for each in choices}
        yield name, codes.get(said.get(name, ""), "")
    cause = snapshot.cause if snapshot.cause in CauseCategory.values else ""
    yield "cause_category", cause
    before, _sign, after = _("not known: %s").partition("%s")
    for fact, name in (
        ("users", "impact"),
        ("detection_source", "detection_source"),
        ("cause_category", "cause_category"),
    ):
        words = said.get(fact, "")
        if before and words.startswith(before) and words.endswith(after):
            unknown[name] = words[len(before) : len(words) - len(after)]


def _amount(words: str) -> Decimal | None:
    try:
        return Decimal(words.replace(",", ""))
    except InvalidOperation:
        return None


def _entries(snapshot: Snapshot, known: Known) -> Iterator[ToldEntry]:
    for entry in snapshot.timeline:
        author = known.person(entry.author)
        yield ToldEntry(
            number=entry.id,
            at=entry.at,
            text=entry.text,
            kind=entry.kind if entry.kind in Kind.values else Kind.NOTE,
            author=author,
            is_public=entry.is_public,
            written_by="" if author else entry.author,
        )


def _item(item: Item, choices: Choices, known: Known, now: datetime) -> ToldItem:
    owner = known.person(item.owner)
    details = item.details
    if item.owner and not owner:
        kept = _("Owner: %s") % item.owner
        details = "\n\n".join(filter(None, [details, kept]))
    status, finished = item.status_code or ItemStatus.OPEN, item.finished_at
    because = item.dropped_because
    if status in {ItemStatus.OPEN, ItemStatus.IN_PROGRESS} and choices.drops_open:
        status, finished, because = ItemStatus.DROPPED, now, dropped_here()
    return ToldItem(
        number=item.id,
        title=item.title,
        details=details,
        kind=item.kind_code if item.kind_code in ItemKind.values else ItemKind.PREVENT,
        horizon=item.horizon if item.horizon in Horizon.values else Horizon.SHORT,
        priority=item.priority,
        owner=owner,
        due_on=item.due_on,
        status=status,
        finished_at=finished,
        dropped_because=because,
        ticket=item.ticket,
        is_public=item.is_public,
    )


def dropped_here() -> str:
    return _("It was open when its write-up was imported, and is not followed up here.")


def _parts(snapshot: Snapshot, document: PlaybookDocument) -> Iterator[ToldPart]:
    """Give its sections, then hidden what the playbook has besides."""
    plans = plans_of(document)
    prompts = {plan.key: plan.prompts for plan in plans}
    taken: set[str] = set()
    for part in snapshot.parts:
        key = free_key(part.key, taken)
        plan = SectionPlan(
            key=key, title=part.title, kind=part.kind, block=part.block,
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
            label = "" if each.label == each.url else each.label
            yield ToldLink(label=label, url=each.url)
        elif other := existing(each.label, by):
            yield ToldLink(other=other)
        else:
            yield ToldLink(label=each.label)


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
