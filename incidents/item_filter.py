"""What the list of action items can be filtered and grouped by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from incidents.choices import Horizon, ItemKind, ItemStatus, Priority
from incidents.filters import Choice, FilterBar, Toggle, end_of_week
from incidents.item_groups import GROUPINGS
from incidents.models import ActionItem, Team
from incidents.names import name_of
from incidents.team_week import Week, done_in, put_off_in

if TYPE_CHECKING:
    from incidents.querysets import ActionItemQuerySet

MOVED_OFTEN = 2
NOBODY = "nobody"


class ItemFilter(FilterBar):
    """Without a chosen status the list shows what is still to be done."""

    mine = Toggle(label=_("Mine"), method="keep_mine")
    overdue = Toggle(label=_("Overdue"), method="keep_overdue")
    this_week = Toggle(label=_("Due this week"), method="keep_this_week")
    unowned = Toggle(label=_("Unowned"), method="keep_unowned")
    moved = Toggle(label=_("Moved twice"), method="keep_moved")
    snoozed = Toggle(label=_("Snoozed"), method="keep_snoozed")
    loose = Toggle(label=_("Without incident"), method="keep_loose")
    group = Choice(
        label=_("Group by"),
        anything=_("Nothing"),
        choices=[(code, grouping.label) for code, grouping in GROUPINGS.items()],
        method="keep_all",
    )
    priority = Choice(label=_("Priority"), anything=_("Any"), choices=Priority.choices)
    owner = Choice(label=_("Owner"), anything=_("Anybody"), method="keep_owner")
    team = Choice(label=_("Team"), anything=_("Any"), method="keep_team")
    kind = Choice(label=_("Kind"), anything=_("Any"), choices=ItemKind.choices)
    horizon = Choice(label=_("Horizon"), anything=_("Any"), choices=Horizon.choices)
    last_week = Choice(
        label=_("Last week"),
        anything=_("Any"),
        choices=[("done", _("Done last week")), ("slipped", _("Put off last week"))],
        method="keep_last_week",
    )
    status = Choice(
        label=_("Status"),
        anything=_("To do"),
        choices=[*ItemStatus.choices, ("all", _("All, also finished"))],
        method="keep_status",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("team", Team.objects.all(), "name")
        self.filters["owner"].extra["choices"] = [(NOBODY, _("Nobody")), *owners()]

    def filter_queryset(self, queryset: ActionItemQuerySet) -> ActionItemQuerySet:
        rows: ActionItemQuerySet = super().filter_queryset(queryset)
        chosen = self.form.cleaned_data.get("status")
        return rows if chosen else rows.pending()

    def keep_all(
        self, rows: ActionItemQuerySet, name: str, value: str
    ) -> ActionItemQuerySet:
        return rows

    def keep_mine(
        self, rows: ActionItemQuerySet, name: str, value: bool
    ) -> ActionItemQuerySet:
        return rows.filter(owner=self.person.pk) if value else rows

    def keep_overdue(
        self, rows: ActionItemQuerySet, name: str, value: bool
    ) -> ActionItemQuerySet:
        return rows.overdue(self.today) if value else rows

    def keep_this_week(
        self, rows: ActionItemQuerySet, name: str, value: bool
    ) -> ActionItemQuerySet:
        if not value:
            return rows
        return rows.due_between(self.today, end_of_week(self.today))

    def keep_unowned(
        self, rows: ActionItemQuerySet, name: str, value: bool
    ) -> ActionItemQuerySet:
        return rows.unowned() if value else rows

    def keep_moved(
        self, rows: ActionItemQuerySet, name: str, value: bool
    ) -> ActionItemQuerySet:
        return rows.filter(moves__gte=MOVED_OFTEN) if value else rows

    def keep_snoozed(
        self, rows: ActionItemQuerySet, name: str, value: bool
    ) -> ActionItemQuerySet:
        return rows.asleep(self.today) if value else rows

    def keep_loose(
        self, rows: ActionItemQuerySet, name: str, value: bool
    ) -> ActionItemQuerySet:
        return rows.filter(incident=None) if value else rows

    def keep_owner(
        self, rows: ActionItemQuerySet, name: str, value: str
    ) -> ActionItemQuerySet:
        return rows.filter(owner=None if value == NOBODY else int(value))

    def keep_team(
        self, rows: ActionItemQuerySet, name: str, value: str
    ) -> ActionItemQuerySet:
        return rows.answered_by(value)

    def keep_last_week(
        self, rows: ActionItemQuerySet, name: str, value: str
    ) -> ActionItemQuerySet:
        week = Week.before(self.today)
        if value == "done":
            return rows.filter(done_in(week))
        return rows.filter(pk__in=put_off_in(week).values("item"))

    def keep_status(
        self, rows: ActionItemQuerySet, name: str, value: str
    ) -> ActionItemQuerySet:
        return rows if value == "all" else rows.filter(status=value)


def owners() -> list[tuple[str, str]]:
    """Offer whoever owns an item, active or not, by name."""
    owned = ActionItem.objects.filter(owner=OuterRef("pk"))
    people = User.objects.filter(Exists(owned)).only(
        "first_name", "last_name", "username"
    )
    by_name = people.order_by("first_name", "last_name", "username")
    return [(str(person.pk), name_of(person)) for person in by_name]
