"""The page of an action item: its record, its steps, what happened to it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.admin.item_list import ItemListMixin
from incidents.admin.lists import acting
from incidents.changes import Refused
from incidents.choices import ItemStatus
from incidents.forms.items import (
    ITEM_STEPS,
    IncidentChoice,
    ItemRecordForm,
    ItemStep,
)
from incidents.forms.refusals import add_refusal
from incidents.models import ActionItem

MOST_EVENTS = 100


@admin.register(ActionItem)
class ActionItemAdmin(ItemListMixin):
    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.step_view)
        name = "incidents_actionitem_do"
        return [path("<int:pk>/do/<slug:verb>/", view, name=name), *super().get_urls()]

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
        return self.show(
            request,
            "page",
            title=stored.title,
            item=stored,
            line=self.lines(request, [stored])[0],
            form=form if may_change else None,
            steps=steps_of(stored) if may_change else (),
            events=stored.events.select_related("author")[:MOST_EVENTS],
        )

    def amended(self, request: HttpRequest, pk: str, form: ItemRecordForm) -> bool:
        """Save the changed fields; False, with both texts shown, where one is stale."""
        stored = self.visible_or_404(request, pk)
        try:
            stored.amend(form.changes(), by=acting(request), at=timezone.now())
        except Refused as refused:
            add_refusal(form, refused)
            form.see_anew(stored, refused)
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
        names = ["reopen"]
    elif item.status == ItemStatus.OPEN:
        names = ["complete", "start", "assign", "move_due_date", "drop"]
    else:
        names = ["complete", "assign", "move_due_date", "drop"]
    return [ITEM_STEPS[name](items=[item], auto_id=f"{name}-%s") for name in names]
