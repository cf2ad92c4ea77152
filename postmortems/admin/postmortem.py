"""Post-mortems: opening one, its page, its steps, its history."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.admin.base import reported
from incidents.admin.lists import acting
from incidents.history import field_changes
from incidents.models import Incident
from postmortems.admin.curating import CuratingMixin
from postmortems.admin.importing import ImportMixin
from postmortems.admin.reading import ReadingMixin
from postmortems.admin.review import ReviewMixin, news_told
from postmortems.admin.review_editions import EditionsMixin
from postmortems.admin.review_meeting import MeetingMixin
from postmortems.admin.step import READ, place_of
from postmortems.admin.steps import STEPS
from postmortems.admin.versions import VersionsMixin
from postmortems.admin.writing import WritingMixin
from postmortems.forms import WriteForm
from postmortems.models import PostMortem
from postmortems.permissions import allowed


@admin.register(PostMortem)
class PostMortemAdmin(
    WritingMixin,
    CuratingMixin,
    ReviewMixin,
    MeetingMixin,
    EditionsMixin,
    ReadingMixin,
    VersionsMixin,
    ImportMixin,
):
    def get_urls(self) -> list[Any]:
        return [
            self.own("open/<int:incident_pk>/", self.open_view, "open"),
            self.own("<int:pk>/do/<slug:verb>/", self.step_view, "do"),
            *super().get_urls(),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Offer no form: a post-mortem is opened on the page of its incident."""
        return False

    def open_view(self, request: HttpRequest, incident_pk: int) -> HttpResponse:
        """Open the post-mortem of an incident, or lead to the one there is."""
        seen = Incident.objects.visible_to(request.user)
        incident = get_object_or_404(seen, pk=incident_pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not allowed(request.user)["open"]:
            messages.error(request, _("Your group does not allow you to do this."))
            return HttpResponseRedirect(incident.get_absolute_url())
        with reported(request, incident.reference):
            PostMortem.open(incident, by=acting(request), at=timezone.now())
        opened = get_object_or_404(PostMortem, incident=incident)
        return HttpResponseRedirect(opened.get_absolute_url())

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the page, or save the sections that were changed on it."""
        postmortem = self.seen_or_404(request, object_id)
        if request.method != "POST":
            return self.page(request, postmortem)
        if refusal := self.refusal(request, postmortem, "write"):
            return refusal
        form = WriteForm(request.POST, postmortem=postmortem)
        if not self.written(request, form):
            return self.page(request, postmortem, form)
        messages.success(request, _("The text is saved."))
        return HttpResponseRedirect(postmortem.get_absolute_url())

    def step_view(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        """Take a step; text that came along with the button is saved first."""
        postmortem = self.seen_or_404(request, str(pk))
        if verb not in STEPS:
            raise Http404
        if refusal := self.refusal(request, postmortem, verb):
            return refusal
        answer, read = self.saved_and_read(request, postmortem)
        if answer:
            return answer
        posted = {**request.POST.dict(), READ: read}
        place = self.taken(request, postmortem, verb, posted)
        return HttpResponseRedirect(postmortem.get_absolute_url() + place)

    def taken(
        self,
        request: HttpRequest,
        postmortem: PostMortem,
        verb: str,
        posted: dict[str, Any],
    ) -> str:
        """Take a step, say how that ended, and give the place it leads to."""
        step, by, at = STEPS[verb], acting(request), timezone.now()
        place = step.leads_to or place_of(posted)
        with (
            reported(
                request,
                postmortem.incident.reference,
                done=partial(step.said, postmortem, posted),
            ),
            news_told(request, postmortem),
        ):
            place = step.take(postmortem, posted, by, at) or place
        return place  # noqa: RET504 - a refusal leads to where the button stood

    def history_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show what was written, section by section, with the post-mortem's own."""
        postmortem = self.seen_or_404(request, object_id)
        changes = field_changes(postmortem)
        for section in postmortem.sections.all():
            changes += [
                replace(change, field=section.title)
                for change in field_changes(section)
                if change.field
            ]
        changes.sort(key=lambda change: change.at, reverse=True)
        return super().history_view(request, object_id, {"changes": changes})
