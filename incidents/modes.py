"""What concerns everybody: the banner over each page, and its place on one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.utils.translation import gettext as _

from incidents.choices import MODES, ConditionKind
from incidents.due_lines import clock_and_zone_of
from incidents.models import Condition
from incidents.names import name_of
from incidents.querysets import incident_visible_to

if TYPE_CHECKING:
    from incidents.models import Incident
    from incidents.playbooks.schema import Step
    from incidents.querysets import Person

# However much is frozen at once, a page is for something else.
MOST_BANNERS = 3


@dataclass(frozen=True)
class Banner:
    """One line over every page; of a hidden incident it says nothing but that it holds.

    `reference` and what follows it are empty there.
    """

    kind: str
    heading: str
    text: str = ""
    reference: str = ""
    url: str = ""
    set_by: str = ""


def banners_for(user: Person, now: datetime) -> list[Banner]:
    """Give what every page says to this person; none for strangers.

    Nothing holds on most days, and to find that out is one small query.
    """
    if not (user.is_authenticated and Condition.objects.modes().exists()):
        return []
    seen = incident_visible_to(user, "incident") or Q(pk__isnull=False)
    rows = (
        Condition.objects.modes()
        .annotate(is_seen=ExpressionWrapper(seen, output_field=BooleanField()))
        .select_related("incident", "set_by")
        .only(
            *("kind", "banner", "since_at", "incident__reference"),
            *("incident__is_drill", "set_by__username"),
            *("set_by__first_name", "set_by__last_name"),
        )
        .order_by("since_at", "pk")
    )
    # Of those that are hidden one line a kind says enough.
    lines = dict.fromkeys(
        _banner(row, now, is_seen=vars(row)["is_seen"]) for row in rows
    )
    return list(lines)[:MOST_BANNERS]


def _banner(mode: Condition, now: datetime, *, is_seen: bool) -> Banner:
    label = ConditionKind(mode.kind).label
    words = {"what": label, "since": clock_and_zone_of(mode.since_at, now)}
    if not is_seen:
        return Banner(mode.kind, _("%(what)s since %(since)s") % words)
    heading = _("%(what)s since %(since)s") % words
    if mode.incident.is_drill:
        heading = f"{_('Drill')}: {heading}"
    return Banner(
        kind=mode.kind,
        heading=heading,
        text=mode.banner,
        reference=mode.incident.reference,
        url=mode.incident.get_absolute_url(),
        set_by=name_of(mode.set_by),
    )


@dataclass(frozen=True)
class ModeLine:
    """A freeze or a maintenance on its incident's page, and how it stands."""

    kind: str
    label: str
    held: Condition | None
    is_asked: bool
    since: str

    @property
    def set_by(self) -> str:
        return name_of(self.held.set_by) if self.held else ""


class Modes:
    """Both modes of an incident, by the rows that its page has read anyway."""

    def __init__(self, incident: Incident, now: datetime) -> None:
        self.incident, self.now = incident, now

    @property
    def lines(self) -> list[ModeLine]:
        held = {each.kind: each for each in self.incident.held_modes}
        return [self._line(kind, held.get(kind)) for kind in MODES]

    def _line(self, kind: ConditionKind, held: Condition | None) -> ModeLine:
        level = self.incident.playbook.level(self.incident.severity.code)
        is_asked = bool(level and level.deploy_freeze) and kind == ConditionKind.FREEZE
        since = clock_and_zone_of(held.since_at, self.now) if held else ""
        return ModeLine(kind.value, str(kind.label), held, is_asked, since)

    @property
    def held(self) -> list[ModeLine]:
        return [line for line in self.lines if line.held]

    @property
    def free(self) -> list[ModeLine]:
        """List what could be started; nothing once the work has ended."""
        if not self.incident.is_running:
            return []
        return [line for line in self.lines if not line.held]


@dataclass(frozen=True)
class Advice:
    """What the playbook says about starting or ending a mode."""

    lines: Sequence[str]
    steps: Sequence[tuple[str, Sequence[Step]]] = ()


def advice_on(incident: Incident, kind: str) -> Advice:
    """Give the playbook's words on a mode; none where it has none."""
    freeze, maintenance = incident.playbook.freeze, incident.playbook.maintenance
    if kind == ConditionKind.FREEZE and freeze:
        return Advice([_("It ends with: %s") % freeze.lifted])
    if kind == ConditionKind.MAINTENANCE and maintenance:
        steps = [(_("Ways"), maintenance.options), (_("Tell"), maintenance.tell)]
        return Advice([maintenance.when], [(t, found) for t, found in steps if found])
    return Advice([])
