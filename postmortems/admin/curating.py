"""The page on which people choose what of the timeline the document tells."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import ngettext

from incidents.admin.lists import acting
from incidents.changes import Refused
from postmortems.admin.base import PostMortemBase
from postmortems.curating import CuratingPage, Marks, words_posted
from postmortems.models import PostMortem
from postmortems.permissions import allowed


class CuratingMixin(PostMortemBase):
    def get_urls(self) -> list[Any]:
        return [
            self.own("<int:pk>/timeline/", self.timeline_view, "timeline"),
            *super().get_urls(),
        ]

    def timeline_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """List all that stands, or save which entries are told and in what words."""
        postmortem = self.seen_or_404(request, str(pk))
        if request.method == "POST":
            if refusal := self.refusal(request, postmortem, "write"):
                return refusal
            return self.curated(request, postmortem)
        if not allowed(request.user)["write"]:
            raise Http404
        page = CuratingPage(postmortem, request.GET)
        return self.shown(request, postmortem, "timeline", {"page": page})

    def curated(self, request: HttpRequest, postmortem: PostMortem) -> HttpResponse:
        incident, only_public = postmortem.incident, "only_public" in request.POST
        typed = {} if only_public else words_posted(request.POST)
        blocked = [] if only_public else postmortem.blockers_if_published()
        if blocked:
            messages.error(request, blocked[0].sentence)
            return HttpResponseRedirect(postmortem.get_absolute_url())
        try:
            marks, by = Marks.posted(request.POST), acting(request)
            count = marks.put_down(incident, by=by, only_public=only_public)
        except Refused as refusal:
            messages.error(request, str(refusal))
            count = 0
        errors, reworded = self.reworded(request, postmortem, typed)
        if count + reworded:
            said = ngettext(
                "%d change is saved.", "%d changes are saved.", count + reworded
            )
            messages.success(request, said % (count + reworded))
        if errors:
            kept = {key: pair for key, pair in typed.items() if key in errors}
            page = CuratingPage(postmortem, request.POST, kept, errors)
            context = {"page": page}
            return self.shown(request, postmortem, "timeline", context, status=422)
        return HttpResponseRedirect(self.next_page(request, postmortem))

    def reworded(
        self,
        request: HttpRequest,
        postmortem: PostMortem,
        typed: dict[int, tuple[str, str]],
    ) -> tuple[dict[int, str], int]:
        """Put down other words; give what was refused, by entry, and how many were."""
        incident = postmortem.incident
        changed = {key: pair for key, pair in typed.items() if pair[0] != pair[1]}
        events = incident.timeline.in_bulk(changed)
        errors, count = {}, 0
        for key, (was, now) in changed.items():
            if key not in events:
                continue
            try:
                incident.reword_entry(events[key], now, was=was, by=acting(request))
                count += 1
            except Refused as refusal:
                errors[key] = str(refusal)
        return errors, count

    def next_page(self, request: HttpRequest, postmortem: PostMortem) -> str:
        """Stay on the page, or lead back to writing."""
        if "done" in request.POST:
            return f"{postmortem.get_absolute_url()}#section-timeline"
        page = CuratingPage(postmortem, request.POST).number
        return f"{request.path}?page={page}"
