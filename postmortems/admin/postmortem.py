"""The writing page of a post-mortem, its steps, and its versions as PDFs."""

from __future__ import annotations

from dataclasses import replace
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
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.admin.base import reported
from incidents.admin.lists import acting
from incidents.changes import Refused
from incidents.forms.rows import is_key
from incidents.history import field_changes
from incidents.models import Incident
from postmortems.admin.postmortem_list import PostMortemListMixin
from postmortems.admin.steps import STEPS
from postmortems.forms import WriteForm
from postmortems.models import PostMortem, Report
from postmortems.permissions import allowed
from postmortems.rendering.prose import prose
from postmortems.reports import retry_report
from postmortems.versions import Versions

PAGE_NEEDS = ("incident__severity", "incident__team", "author", "published_by")


@admin.register(PostMortem)
class PostMortemAdmin(PostMortemListMixin):
    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        own = (
            ("open/<int:incident_pk>/", self.open_view, "open"),
            ("<int:pk>/do/<slug:verb>/", self.step_view, "do"),
            ("<int:pk>/versions/", self.versions_view, "versions"),
            ("<int:pk>/versions/<int:number>/", self.download_view, "download"),
            ("<int:pk>/retry/<int:report_pk>/", self.retry_view, "retry"),
        )
        return [
            *(
                path(route, view(each), name=f"postmortems_postmortem_{name}")
                for route, each, name in own
            ),
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
        if "writing" in request.POST and allowed(request.user)["write"]:
            form = WriteForm(request.POST, postmortem=postmortem)
            if not self.written(request, form):
                return self.page(request, postmortem, form)
            if form.has_changed():
                messages.success(request, _("The text is saved."))
        step = STEPS[verb]
        with reported(request, postmortem.incident.reference, done=str(step.done)):
            step.take(postmortem, request.POST, acting(request), timezone.now())
        return HttpResponseRedirect(postmortem.get_absolute_url() + step.leads_to)

    def versions_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Give the list of versions again; nothing (204) while it looks the same."""
        postmortem = self.seen_or_404(request, str(pk))
        versions = Versions(postmortem, timezone.now())
        if request.headers.get("HX-Request") != "true":
            return HttpResponseRedirect(f"{postmortem.get_absolute_url()}#pdf")
        if request.GET.get("seen") == versions.fingerprint:
            return HttpResponse(status=204)
        context = self.context(request, postmortem, versions)
        name = "admin/postmortems/postmortem/_versions.html"
        return TemplateResponse(request, name, context)

    def download_view(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """Give the file of a version, as it was made."""
        postmortem = self.seen_or_404(request, str(pk))
        if not allowed(request.user)["download"]:
            raise Http404
        report = get_object_or_404(postmortem.reports.done(), number=number)
        try:
            return attachment(report.filename, report.sha256, report.content())
        except Refused as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(f"{postmortem.get_absolute_url()}#pdf")

    def retry_view(self, request: HttpRequest, pk: int, report_pk: int) -> HttpResponse:
        """Queue a version that failed again."""
        postmortem = self.seen_or_404(request, str(pk))
        if refusal := self.refusal(request, postmortem, "render"):
            return refusal
        report: Report = get_object_or_404(postmortem.reports, pk=report_pk)
        with reported(request, postmortem.incident.reference):
            retry_report(report, by=acting(request), at=timezone.now())
        return HttpResponseRedirect(f"{postmortem.get_absolute_url()}#pdf")

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

    def seen_or_404(self, request: HttpRequest, object_id: str) -> PostMortem:
        seen = self.get_queryset(request).select_related(*PAGE_NEEDS)
        found = seen.filter(pk=object_id).first() if is_key(object_id) else None
        if found is None or not self.has_view_permission(request, found):
            raise Http404(_("There is no such post-mortem, or not for you."))
        return found

    def refusal(
        self, request: HttpRequest, postmortem: PostMortem, verb: str
    ) -> HttpResponse | None:
        """Answer who may not do this, or comes without a post; else nothing."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if allowed(request.user)[verb]:
            return None
        messages.error(request, _("Your group does not allow you to do this."))
        return HttpResponseRedirect(postmortem.get_absolute_url())

    def written(self, request: HttpRequest, form: WriteForm) -> bool:
        return form.is_valid() and form.save(by=acting(request), at=timezone.now())

    def page(
        self,
        request: HttpRequest,
        postmortem: PostMortem,
        form: WriteForm | None = None,
    ) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            **self.context(request, postmortem, Versions(postmortem, timezone.now())),
        }
        if context["may"]["write"] and postmortem.is_draft:
            context["form"] = form or WriteForm(postmortem=postmortem)
        else:
            sections = postmortem.sections.all()
            context["texts"] = [(each, prose(each.body)) for each in sections]
        name = "admin/postmortems/postmortem/page.html"
        return TemplateResponse(request, name, context, status=422 if form else 200)

    def context(
        self, request: HttpRequest, postmortem: PostMortem, versions: Versions
    ) -> dict[str, Any]:
        return {
            "opts": self.opts,
            "title": str(postmortem),
            "postmortem": postmortem,
            "incident": postmortem.incident,
            "may": allowed(request.user),
            "blockers": postmortem.blockers_of_publish() if postmortem.is_draft else [],
            "versions": versions,
            "list_url": reverse("admin:postmortems_postmortem_changelist"),
        }


def attachment(filename: str, sha256: str, content: bytes) -> HttpResponse:
    """Answer with a file that is kept, never shown as part of this site."""
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="{filename}"',
            "X-Content-Type-Options": "nosniff",
            "ETag": f'"{sha256}"',
        },
    )
