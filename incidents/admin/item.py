"""The page of an action item: its record, its steps, what happened to it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.admin.item_week import ItemWeekMixin
from incidents.admin.lists import acting
from incidents.admin.review import ReviewPages
from incidents.changes import Refused
from incidents.choices import ItemStatus, Priority
from incidents.forms.items import (
    ITEM_STEPS,
    IncidentChoice,
    ItemRecordForm,
    ItemStep,
    TeamItemForm,
)
from incidents.forms.refusals import add_refusal
from incidents.item_page import ItemPage
from incidents.models import ActionItem
from incidents.people import profile_of


@admin.register(ActionItem)
class ActionItemAdmin(ItemWeekMixin, ReviewPages):
    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.step_view)
        name = "incidents_actionitem_do"
        for_team = self.admin_site.admin_view(self.for_team_view)
        return [
            path("<int:pk>/do/<slug:verb>/", view, name=name),
            path("for-team/", for_team, name="incidents_actionitem_for_team"),
            *super().get_urls(),
        ]

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Ask which incident it is for; that incident's own form asks the rest."""
        if not self.has_add_permission(request):
            raise Http404
        form = IncidentChoice(request.POST or None, user=request.user)
        if form.is_valid():
            incident = form.cleaned_data["reference"]
            url = reverse("admin:incidents_incident_do", args=[incident.pk, "add_item"])
            return HttpResponseRedirect(url)
        return self.show(request, "add", title=_("Add an action item"), form=form)

    def for_team_view(self, request: HttpRequest) -> HttpResponse:
        """Raise an item that belongs to no incident."""
        if not self.has_add_permission(request):
            raise Http404
        posted = request.POST if request.method == "POST" else None
        initial = {"team": profile_of(acting(request)).team_id}
        form = TeamItemForm(posted, initial=initial)
        if form.is_valid() and (
            item := form.add(by=acting(request), at=timezone.now())
        ):
            messages.success(request, _("The action item is added."))
            return HttpResponseRedirect(item.get_absolute_url())
        title = _("Add an action item of no incident")
        return self.show(request, "for_team", title=title, form=form)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        item = self.visible_or_404(request, object_id)
        may_change = self.has_change_permission(request, item)
        form = ItemRecordForm(request.POST or None, instance=item)
        if may_change and form.is_valid() and self.amended(request, object_id, form):
            return HttpResponseRedirect(item.get_absolute_url())
        stored = self.visible_or_404(request, object_id)
        line = self.lines(request, [stored])[0]
        return self.show(
            request,
            "page",
            title=stored.title,
            item=stored,
            line=line,
            page=ItemPage(stored, sees_incident=bool(line.incident_url)),
            form=form if may_change else None,
            steps=steps_of(stored) if may_change else (),
            **asides_of(stored, may_change=may_change),
        )

    def amended(self, request: HttpRequest, pk: str, form: ItemRecordForm) -> bool:
        """Save the changed fields; False, with both texts shown, where one is stale."""
        stored = self.visible_or_404(request, pk)
        try:
            stored.amend(form.changes(), by=acting(request), at=timezone.now())
        except Refused as refused:
            add_refusal(form, refused)
            stale = {each.field for each in refused.blockers if each.code == "stale"}
            form.see_anew(self.visible_or_404(request, pk), stale)
            return False
        messages.success(request, _("The action item is saved."))
        return True

    def step_view(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        """Take a step on one item, or ask for what it needs."""
        item = self.visible_or_404(request, str(pk))
        if verb not in ITEM_STEPS:
            raise Http404
        if not self.has_change_permission(request, item):
            messages.error(request, _("Your group does not allow you to do this."))
            return HttpResponseRedirect(item.get_absolute_url())
        posted = request.POST if request.method == "POST" else None
        form = ITEM_STEPS[verb](posted, items=[item])
        if form.is_bound and form.is_valid() and self.taken(request, form, item):
            return HttpResponseRedirect(item.get_absolute_url())
        return self.show(request, "step", title=form.heading, form=form, item=item)

    def taken(self, request: HttpRequest, form: ItemStep, item: ActionItem) -> bool:
        try:
            form.take(item, by=acting(request), at=timezone.now())
        except Refused as refused:
            add_refusal(form, refused)
            return False
        messages.success(request, form.result(item))
        return True


def steps_of(item: ActionItem) -> list[ItemStep]:
    """Give the steps that make sense now, each ready to be posted from the page."""
    if not item.is_pending:
        return _steps(item, ["reopen"])
    names = ["complete", "start", "assign", "move_due_date", "snooze", "wake", "drop"]
    if item.status == ItemStatus.IN_PROGRESS:
        names.remove("start")
    if item.priority == Priority.P0 or item.snoozed_until:
        names.remove("snooze")
    if item.snoozed_until is None:
        names.remove("wake")
    return _steps(item, names)


def asides_of(item: ActionItem, *, may_change: bool) -> dict[str, ItemStep]:
    """Give the steps that stand in places of their own on the page, by name."""
    names = ["comment", "follow_rule"] if may_change else []
    return {step.verb: step for step in _steps(item, names)}


def _steps(item: ActionItem, names: list[str]) -> list[ItemStep]:
    return [ITEM_STEPS[name](items=[item], auto_id=f"{name}-%s") for name in names]
