"""The list of action items: what is to be done, and steps on several at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from incidents.admin.base import reported
from incidents.admin.lists import Column, FilteredAdmin, acting
from incidents.changes import Refused
from incidents.filters import ItemFilter
from incidents.forms.items import (
    AssignStep,
    CompleteStep,
    DropStep,
    ItemStep,
    MoveStep,
)
from incidents.lines import ItemLine, item_lines
from incidents.models import ActionItem
from incidents.permissions import ITEM_PERMISSION, may_change_item


class ItemListMixin(FilteredAdmin[ActionItem]):
    filter_bar = ItemFilter
    rows_template = "admin/incidents/actionitem/_rows.html"
    search_fields = ("title", "incident__reference")
    search_help_text = _("Words of the item, or its incident's reference")
    ordering = (F("due_on").asc(nulls_last=True), "priority", "pk")
    empty_hint = _("Nothing to do here. Take a filter away to see other items.")
    actions = (
        "complete_selected",
        "assign_selected",
        "move_selected",
        "drop_selected",
    )
    columns = (
        Column("title", _("action item"), ("title",), "column-title"),
        Column("priority", _("priority"), ("priority", "due_on")),
        Column("due", _("due"), (F("due_on").asc(nulls_last=True), "priority")),
        Column("owner", _("owner"), ("owner__first_name", "owner__last_name")),
        Column("status", _("status"), ("status", "due_on")),
        Column("incident", _("incident"), ("-incident__declared_at",)),
    )

    def rows(self, request: HttpRequest, keys: Sequence[Any]) -> QuerySet[ActionItem]:
        wanted = ActionItem.objects.filter(pk__in=keys)
        return wanted.select_related("incident", "owner")

    def lines(self, request: HttpRequest, rows: Sequence[ActionItem]) -> list[ItemLine]:
        return item_lines(rows, request.user, today=timezone.localdate())

    def has_change_permission(
        self, request: HttpRequest, obj: ActionItem | None = None
    ) -> bool:
        if obj is None:
            return request.user.has_perm(ITEM_PERMISSION)
        return may_change_item(request.user, obj)

    @admin.action(description=_("Complete"), permissions=["change"])
    def complete_selected(
        self, request: HttpRequest, queryset: QuerySet[ActionItem]
    ) -> None:
        self.take_on_each(request, CompleteStep({}), queryset)

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
        items = list(queryset.select_related("incident", "owner"))
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
        items: QuerySet[ActionItem] | Sequence[ActionItem],
    ) -> None:
        """Take a checked step on each, each with its own permission and result."""
        form.full_clean()
        by = acting(request)
        for item in items:
            with reported(request, item, done=form.result(item)):
                if not may_change_item(by, item):
                    raise Refused.because("forbidden", _now("You may not do this."))
                form.take(item, by=by, at=timezone.now())

    def show(self, request: HttpRequest, name: str, **context: Any) -> TemplateResponse:
        form = context.get("form")
        return TemplateResponse(
            request,
            f"admin/incidents/actionitem/{name}.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "list_url": reverse("admin:incidents_actionitem_changelist"),
                **context,
            },
            status=422 if form is not None and form.errors else 200,
        )
