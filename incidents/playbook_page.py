"""What the page of a playbook shows: its parts in order, and who lives by it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from incidents.bindings import Unbound, codes_of, playbook_of
from incidents.choices import PRIORITY_BADGES, Priority
from incidents.ladder_drawing import Ladder, ladders_of
from incidents.messages import preview
from incidents.models import Binding, Incident, Playbook, Team
from incidents.playbooks.schema import MessageTemplate, PlaybookDocument, SeverityLevel
from incidents.querysets import Person
from incidents.reminder_words import reminders_in_words

MOST_INCIDENTS = 20


@dataclass(frozen=True)
class Section:
    """A part of the page: its anchor and the name of its template, and its title."""

    code: str
    title: str | Promise

    @property
    def template(self) -> str:
        return f"admin/incidents/playbook/sections/{self.code}.html"


def _any(*names: str) -> Callable[[PlaybookDocument], bool]:
    return lambda document: any(getattr(document, name) for name in names)


def _of(part: str, *names: str) -> Callable[[PlaybookDocument], bool]:
    return lambda document: any(getattr(getattr(document, part), n) for n in names)


def _always(_document: PlaybookDocument) -> bool:
    return True


SECTIONS: tuple[tuple[str, str | Promise, Callable[[PlaybookDocument], bool]], ...] = (
    ("purpose", _("What it is for"), _of("about", "purpose", "principles")),
    ("start", _("In a few steps"), _of("about", "quick_start")),
    ("levels", _("Severities"), _always),
    ("triage", _("Finding the severity"), _any("triage")),
    ("ladder", _("Escalation"), _any("ladder", "escalation")),
    ("flags", _("Flags"), _any("flags")),
    ("phases", _("Phases"), _any("phases", "gates")),
    ("roles", _("Roles"), _any("roles")),
    ("record", _("Names, channels and statuses"), _always),
    ("sources", _("How it is noticed"), _any("sources")),
    ("causes", _("Why it happens"), _any("causes")),
    ("checklists", _("Checklists"), _any("checklists")),
    ("watches", _("Watch windows"), _any("watches")),
    ("strategies", _("Ways of mitigating"), _any("strategies")),
    ("trees", _("Decision trees"), _any("trees")),
    ("messages", _("Messages"), _any("messages")),
    ("stops", _("Freeze and maintenance"), _any("freeze", "maintenance")),
    ("runbooks", _("Runbooks"), _any("runbooks")),
    ("commands", _("Commands"), _any("commands")),
    ("contacts", _("Contacts and vendors"), _any("contacts", "vendors")),
    ("resources", _("Tools and access"), _any("resources", "access")),
    ("guidance", _("Do and do not"), _any("guidance")),
    ("followups", _("Follow-ups"), _any("follow_ups")),
    ("postmortem", _("Post-mortem"), _always),
    ("items", _("Action items"), _always),
    ("drills", _("Drills"), _any("drills")),
    ("decisions", _("Where the rules were silent"), _of("about", "decisions")),
    ("changes", _("Change log"), _of("about", "changes")),
)


@dataclass(frozen=True)
class Book:
    """What a version says, arranged for reading; nothing empty is in it."""

    content: PlaybookDocument

    @property
    def sections(self) -> list[Section]:
        return [Section(c, title) for c, title, has in SECTIONS if has(self.content)]

    @property
    def calendar(self) -> str:
        """Describe the working time that counts instead of the team's own."""
        own = self.content.calendar
        return own.working_time().description if own else ""

    @property
    def has_actions(self) -> bool:
        return any(level.actions for level in self.content.severities)

    @property
    def has_updates(self) -> bool:
        return any(
            level.updates or level.customers or level.status_page
            for level in self.content.severities
        )

    @property
    def has_thresholds(self) -> bool:
        return any(level.thresholds for level in self.content.severities)

    @property
    def needs_postmortems(self) -> bool:
        rule = self.content.postmortem.required
        return bool(rule.every_declared or rule.severities or rule.impact or rule.tags)

    @property
    def ladders(self) -> list[Ladder]:
        return ladders_of(self.content)

    @property
    def messages(self) -> list[tuple[MessageTemplate, str, str]]:
        """Pair each template with its subject and body for a sample incident."""
        found = self.content.messages
        return [(each, *preview(each, self._sample_level(each))) for each in found]

    def _sample_level(self, message: MessageTemplate) -> SeverityLevel:
        """Give the worst severity that the message is for."""
        levels = self.content.severities
        meant = (each for each in levels if each.code in message.severities)
        return next(meant, levels[0])

    @property
    def reminders(self) -> list[str]:
        return reminders_in_words(self.content.action_items.reminders)

    @property
    def priorities(self) -> list[tuple[str | Promise, str, Any]]:
        return [
            (Priority(rule.priority).label, PRIORITY_BADGES[rule.priority], rule)
            for rule in self.content.action_items.priorities
        ]


@dataclass(frozen=True)
class Use:
    """Who lives by a playbook: running incidents that the reader sees, and teams."""

    playbook: Playbook
    reader: Person

    @cached_property
    def count(self) -> int:
        return int(self._running.count())

    @cached_property
    def incidents(self) -> list[Incident]:
        rows = self._running.select_related("severity", "playbook_version")
        return list(rows.defer("playbook_version__document")[:MOST_INCIDENTS])

    @property
    def unlisted(self) -> int:
        return self.count - len(self.incidents)

    @cached_property
    def teams(self) -> list[Team]:
        """List the teams that chose it, and those it counts for without a choice."""
        return list(teams_by(self.playbook))

    def unbound(self, document: PlaybookDocument) -> list[tuple[Team, list[Unbound]]]:
        """Pair each team with the codes nobody stands behind; one query for all."""
        rows = Binding.objects.filter(team__in=self.teams)
        bound = set(rows.values_list("team", "kind", "code"))
        codes = codes_of(document)
        return [
            (team, [each for each in codes if (team.pk, *each.key) not in bound])
            for team in self.teams
        ]

    @property
    def _running(self) -> Any:
        mine = Incident.objects.visible_to(self.reader).running()
        ours = mine.filter(playbook_version__playbook=self.playbook.pk)
        return ours.order_by("severity__rank", "-declared_at")


def teams_by(playbook: Playbook) -> QuerySet[Team]:
    """Select the teams that chose it, and those it counts for without a choice."""
    uses = Q(playbook=playbook.pk)
    if playbook_of(None) == playbook:
        uses |= Q(playbook=None)
    return Team.objects.filter(uses)


def usual_team(playbook: Playbook, reader: User) -> Team | None:
    """Give the reader's own team if it works by the playbook, else one that does."""
    teams, profile = teams_by(playbook), getattr(reader, "profile", None)
    own = teams.filter(pk=profile.team_id).first() if profile else None
    return own or teams.first()


def used_by(reader: Person) -> Q:
    """Keep playbooks of a team or of a running incident that the reader sees."""
    running = Incident.objects.visible_to(reader).running()
    taken = running.filter(playbook_version__playbook=OuterRef("pk"))
    used = Exists(Team.objects.filter(playbook=OuterRef("pk"))) | Exists(taken)
    usual = playbook_of(None)
    if usual and Team.objects.filter(playbook=None).exists():
        return Q(pk=usual.pk) | used
    return Q(used)


def review_is_past(content: PlaybookDocument, today: date) -> bool:
    """Say whether somebody should have gone through the playbook again."""
    return bool(content.about.next_review and content.about.next_review < today)
