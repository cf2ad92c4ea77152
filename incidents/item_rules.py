"""Which rule of the playbook dated an item, in words, for a page of items at once."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from incidents.bindings import playbooks_of
from incidents.choices import Priority
from incidents.models import ActionItem, PlaybookVersion
from incidents.playbooks.presets import DEFAULT, preset


def read_rules_ahead(rows: Iterable[ActionItem]) -> None:
    """Let `rule` and `offered_date` of these items ask the database nothing more.

    Costs as many queries whatever the number of items, if their incidents were
    selected with version and team, and their teams with playbook and calendar.
    """
    loose = []
    versions = []
    for row in rows:
        if row.incident:
            versions.append(row.incident.playbook_version)
        else:
            loose.append(row)
    latest = _latest_versions(loose)
    PlaybookVersion.read_ahead([*versions, *latest.values()])
    for row in loose:
        version = latest.get(row.pk)
        row.playbook = version.content if version else preset(DEFAULT)


def _latest_versions(loose: list[ActionItem]) -> dict[int, PlaybookVersion]:
    """Give the version that dates each item of no incident: its team's newest."""
    if not loose:
        return {}
    playbooks = playbooks_of(row.team for row in loose)
    wanted = {playbook.pk for playbook in playbooks.values() if playbook}
    versions = PlaybookVersion.objects.filter(playbook__in=wanted).order_by("number")
    # The last of each playbook wins.
    newest = {version.playbook_id: version for version in versions}
    return {
        row.pk: newest[playbook.pk]
        for row in loose
        if (playbook := playbooks[row.team]) and playbook.pk in newest
    }


def rule_in_words(item: ActionItem) -> str:
    """Name the rule that set the date of a pending item; empty where a person did."""
    if not item.is_pending or (rule := item.rule) is None:
        return ""
    label = Priority(rule.priority).label
    name = f"{label} {rule.name}" if rule.name else label
    return _("rule for %(name)s: %(due)s") % {"name": name, "due": rule.due}
