"""Stores a story: the incident as a record, its rows and its post-mortem, or nothing.

Rows that only the verbs of running work would make are written here as those do it,
each with its history and, where it is an action item, with its event. Nobody is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from incidents.changes import (
    Blocker,
    Change,
    Refused,
    in_sentences,
    locked,
    save_alike,
    save_as,
    unfit,
)
from incidents.choices import DeadlineState, PostMortemState
from incidents.last_steps import for_good
from incidents.models import Deadline, ImpactInterval, Incident, RoleAssignment
from incidents.revisions import touch
from postmortems.importing.places import require_empty
from postmortems.importing.rows import Rows, held_to_rules, require_fit, with_name
from postmortems.importing.sections import write_sections
from postmortems.importing.story import Story
from postmortems.models import PostMortem

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from postmortems.importing.reading import Source

MOST_ENTRIES, MOST_ITEMS, MOST_OTHERS = 5_000, 1_000, 500


def require_new(source: Source, by: User) -> None:
    """Raise Refused for a text that was imported before."""
    found = PostMortem.objects.filter(source_digest=source.digest).first()
    if found is None:
        return
    if PostMortem.objects.visible_to(by).filter(pk=found.pk).exists():
        names = {"what": found.incident.reference}
        sentence = _("It was imported already: it is the post-mortem of %(what)s.")
        raise Refused.because("again", sentence % names, "text")
    raise Refused.because("again", _("It was imported already."), "text")


@transaction.atomic
def store(story: Story, source: Source, *, by: User, at: datetime) -> PostMortem:
    """Store a story as a draft; raise Refused with every reason against it."""
    require_new(source, by)
    _require_few(story)
    with for_good():
        if story.incident is None:
            incident = _declared(story, by)
            postmortem = _stored(story, source, incident, None, by, at)
            _settle(incident, by)
            return postmortem
        with locked(story.incident) as incident:
            _require_open(incident, story)
            found = require_empty(incident)
            return _stored(story, source, incident, found, by, at)


def _require_few(story: Story) -> None:
    """Raise Refused for more rows than anybody reads, or one step can store."""
    for rows, most, form in (
        (story.entries, MOST_ENTRIES, _("It has %(there)s entries of the timeline")),
        (story.items, MOST_ITEMS, _("It has %(there)s action items")),
        (story.messages, MOST_OTHERS, _("It has %(there)s messages")),
        (story.links, MOST_OTHERS, _("It has %(there)s references")),
        (story.roles, MOST_OTHERS, _("It has %(there)s roles")),
        (story.spans, MOST_OTHERS, _("It has %(there)s spans of impact")),
    ):
        if len(rows) > most:
            sentence = _("%(said)s, and at most %(most)s are taken: split it.")
            said = form % {"there": f"{len(rows):,}"}
            facts = {"said": said, "most": f"{most:,}"}
            raise Refused.because("many", sentence % facts, "text")


def _require_open(incident: Incident, story: Story) -> None:
    if incident.closed_at and (story.entries or story.items):
        sentence = _("%s is closed: reopen it with a reason, then import this.")
        raise Refused([Blocker("closed", sentence % incident.reference, "text")])


def _stored(
    story: Story,
    source: Source,
    incident: Incident,
    postmortem: PostMortem | None,
    by: User,
    at: datetime,
) -> PostMortem:
    """Write the rows of an incident, and its post-mortem with them."""
    rows = Rows(incident, by, at, is_new=story.incident is None)
    rows.write_entries(story.entries)
    rows.write_items(story.items, story.declared_at)
    rows.write_messages(story.messages)
    rows.write_links(story.links)
    if postmortem is None:
        postmortem = PostMortem(incident=incident, author=story.author, opened_at=at)
    postmortem.source_name, postmortem.source_digest = source.name, source.digest
    postmortem.source_left = "\n".join(filter(None, [story.left, *rows.left]))
    change = Change(postmortem, by=by, at=at)
    change.require(unfit(postmortem))
    change.stop_if_blocked()
    with in_sentences(postmortem):
        save_as(postmortem, by)
    write_sections(postmortem, story.parts, rows, by)
    rows.write_meeting(postmortem, story.meeting)
    incident.record_postmortem(
        PostMortemState.DRAFT,
        by=by,
        at=at,
        text=_("Post-mortem imported from %s") % source.name,
    )
    touch(incident.pk)
    return postmortem


def _declared(story: Story, by: User) -> Incident:
    """Declare the record of it, in the name of nobody: who imports was not there."""
    try:
        incident = Incident.declare(
            title=story.title,
            severity=story.severity,
            team=story.team,
            by=None,
            at=story.declared_at,
            is_record=True,
            lead=story.lead,
            services=story.services,
            **story.known,
        )
    except Refused as refused:
        # No form stands before whoever imports, to show which field is meant.
        raise Refused(
            Blocker(each.code, with_name(each, Incident), "text")
            for each in refused.blockers
        ) from refused
    if story.spans:
        _write_spans(incident, story.spans, by)
    if story.roles:
        RoleAssignment.objects.filter(incident=incident).delete()
        _write_roles(incident, story)
    return incident


def _write_spans(
    incident: Incident,
    spans: Sequence[tuple[datetime, datetime | None]],
    by: User,
) -> None:
    """Let the impact be as the document says, whatever milestones make of it."""
    first = incident.impact_intervals.get()
    if [(first.started_at, first.ended_at)] == [*spans]:
        return
    for start, end in spans:
        row = first if start == spans[0][0] else ImpactInterval(incident=incident)
        row.started_at, row.ended_at, row.is_corrected = start, end, True
        require_fit([row])
        with held_to_rules([row]):
            save_as(row, by)


def _write_roles(incident: Incident, story: Story) -> None:
    held: set[str] = set()
    for role in reversed(story.roles):
        until = role.until
        if until is None and role.role in held:
            until = role.since  # the database allows one holder at a time
        if until is None:
            held.add(role.role)
        row = RoleAssignment(
            incident=incident, role=role.role, person=role.person,
            held_at=role.since, left_at=until,
        )  # fmt: skip
        with held_to_rules([row]):
            row.save()


def _settle(incident: Incident, by: User) -> None:
    """Let nothing of it be due, and keep what importing did out of its document."""
    rows = Deadline.objects.filter(incident=incident, ended_at=None)
    for row in rows:
        # Done at some time that nobody knows; else it would be late from the start.
        row.met_at = row.ended_at = row.starts_at or incident.declared_at
        row.state = DeadlineState.MET
        row.save()
    made = incident.timeline.exclude(verb="")
    save_alike(list(made.filter(author=None)), by, {"author": by})
    save_alike(list(made.filter(in_postmortem=True)), by, {"in_postmortem": False})
