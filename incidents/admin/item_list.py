"""The list of action items: what is to be done, and steps on several at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from incidents.admin.base import reported
from incidents.admin.item_rows import ItemRowsMixin
from incidents.admin.lists import Column, FilteredChangeList, acting
from incidents.changes import Refused
from incidents.forms.item_rows import MoveByStep, PriorityStep
from incidents.forms.items import (
    AssignStep,
    CompleteStep,
    DropStep,
    ItemStep,
    MoveStep,
)
from incidents.item_filter import ItemFilter
from incidents.item_groups import GROUPINGS, Group, Grouping, grouped
from incidents.lines import ItemLine, item_lines
from incidents.models import ActionItem
from incidents.permissions import ITEM_PERMISSION, may_change_item

# What a line and the rules behind its date are made of, in one query.
WITH = (
    "owner",
    "incident__playbook_version",
    "incident__team__calendar",
    "team__calendar",
    "team__playbook",
)


class ItemChangeList(FilteredChangeList):
    """The list of items, whose rows stand under headings where the address says so."""

    groups: Sequence[Group]

    @property
    def back(self) -> str:
        """Give the query that leads back to this page, as a value in an address."""
        page = {PAGE_VAR: self.page_num} if self.page_num > 1 else {}
        return urlencode({"back": urlencode(sorted({**self.params, **page}.items()))})

    @property
    def csv_url(self) -> str:
        return reverse("admin:incidents_actionitem_csv") + self.get_query_string()

    @property
    def grouping(self) -> Grouping | None:
        return GROUPINGS.get(str(self.params.get("group", "")))

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        order = super().get_ordering(request, queryset)
        return [*self.grouping.order, *order] if self.grouping else order

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.groups = grouped(
            self.grouping,
            self.result_list,
            self.lines,
            self.queryset,
            today=timezone.localdate(),
            address=lambda query: self.get_query_string(query, remove=["group"]),
        )


class ItemListMixin(ItemRowsMixin):
    filter_bar = ItemFilter
    change_list_template = "admin/incidents/actionitem/list.html"
    rows_template = "admin/incidents/actionitem/_rows.html"
    search_fields = ("title", "incident__reference")
    search_help_text = _("Words of the item, or its incident's reference")
    ordering = (F("due_on").asc(nulls_last=True), "priority", "pk")
    empty_hint = _(
        "Nothing to do here. Take a filter away, add an action item, or import a list."
    )
    actions = (
        "complete_selected",
        "assign_selected",
        "move_selected",
        "move_by_selected",
        "set_priority_selected",
        "drop_selected",
    )
    columns = (
        Column("title", _("action item"), ("title",), "column-title"),
        Column("priority", _("priority"), ("priority", "due_on")),
        Column("due", _("due"), (F("due_on").asc(nulls_last=True), "priority")),
        Column("owner", _("owner"), ("owner__first_name", "owner__last_name")),
        Column("status", _("status"), ("status", "due_on")),
        Column("incident", _("incident"), ("-incident__declared_at",)),
        Column("change", _("change"), css="column-change"),
    )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ItemChangeList

    def rows(self, request: HttpRequest, keys: Sequence[Any]) -> QuerySet[ActionItem]:
        return with_rules(ActionItem.objects.filter(pk__in=keys))

    def lines(self, request: HttpRequest, rows: Sequence[ActionItem]) -> list[ItemLine]:
        return item_lines(rows, request.user, today=timezone.localdate(), rules=True)

    def has_change_permission(
        self, request: HttpRequest, obj: ActionItem | None = None
    ) -> bool:
        if obj is None:
            return request.user.has_perm(ITEM_PERMISSION)
        return may_change_item(request.user, obj)

    @admin.action(description=_("Complete …"), permissions=["change"])
    def complete_selected(
        self, request: HttpRequest, queryset: QuerySet[ActionItem]
    ) -> HttpResponse | None:
        return self.ask_for_all(request, CompleteStep, queryset)

    @admin.action(description=_("Assign …"), permissions=["change"])
    def assign_selected(
        self, request: HttpRequest, queryset: QuerySet[ActionItem]
    ) -> HttpResponse | None:
        return self.ask_for_all(request, AssignStep, queryset)

    @admin.action(description=_("Move the due date …"), permissions=["change"])
    def move_selected(
        self, request: HttpRequest, queryset: QuerySet[ActionItem]
    ) -> HttpResponse | None:
        return self.ask_for_all(request, MoveStep, queryset)

    @admin.action(description=_("Move by days …"), permissions=["change"])
    def move_by_selected(
        self, request: HttpRequest, queryset: QuerySet[ActionItem]
    ) -> HttpResponse | None:
        return self.ask_for_all(request, MoveByStep, queryset)

    @admin.action(description=_("Set the priority …"), permissions=["change"])
    def set_priority_selected(
        self, request: HttpRequest, queryset: QuerySet[ActionItem]
    ) -> HttpResponse | None:
        return self.ask_for_all(request, PriorityStep, queryset)

    @admin.action(description=_("Drop …"), permissions=["change"])
    def drop_selected(
        self, request: HttpRequest, queryset: QuerySet[ActionItem]
    ) -> HttpResponse | None:
        return self.ask_for_all(request, DropStep, queryset)

    def ask_for_all(
        self,
        request: HttpRequest,
        step: type[ItemStep],
        queryset: QuerySet[ActionItem],
    ) -> HttpResponse | None:
        """Ask once for what the step needs, then take it on each selected item."""
        items = list(with_rules(queryset))
        form = step(request.POST if "apply" in request.POST else None, items=items)
        if form.is_bound and form.is_valid():
            self.take_on_each(request, form, items)
            return None
        context = {
            "form": form,
            "lines": self.lines(request, items),
            "action": request.POST["action"],
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return self.show(request, "bulk_step", title=form.heading, **context)

    def take_on_each(
        self,
        request: HttpRequest,
        form: ItemStep,
        items: Sequence[ActionItem],
    ) -> None:
        """Take a checked step on each, each with its own permission and result."""
        by = acting(request)
        for item in items:
            with reported(request, item):
                if not may_change_item(by, item):
                    raise Refused.because("forbidden", _now("You may not do this."))
                form.take(item, by=by, at=timezone.now())
                messages.success(request, form.result(item))


def with_rules(items: QuerySet[ActionItem]) -> QuerySet[ActionItem]:
    """Fetch with items what their lines and their dates' rules are made of."""
    return items.select_related(*WITH).defer("incident__playbook_version__document")
