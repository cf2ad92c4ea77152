"""The PDFs of a post-mortem: how far they are, and their files."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone

from incidents.admin.base import reported
from incidents.admin.lists import acting
from incidents.changes import Refused
from incidents.forms.rows import is_key
from postmortems.admin.base import PostMortemBase
from postmortems.choices import Edition
from postmortems.models import Report
from postmortems.permissions import allowed
from postmortems.querysets import ReportQuerySet
from postmortems.reports import retry_report
from postmortems.versions import Versions


class VersionsMixin(PostMortemBase):
    def get_urls(self) -> list[Any]:
        return [
            self.own("<int:pk>/versions/", self.versions_view, "versions"),
            self.own("<int:pk>/pdf/<int:report_pk>/", self.download_view, "download"),
            self.own("<int:pk>/retry/<int:report_pk>/", self.retry_view, "retry"),
            *super().get_urls(),
        ]

    def versions_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Give the list of versions again; nothing (204) while it looks the same."""
        postmortem = self.seen_or_404(request, str(pk))
        edition = request.GET.get("edition", "")
        edition = edition if edition in Edition else ""
        versions = Versions(postmortem, timezone.now(), edition)
        if request.headers.get("HX-Request") != "true":
            return HttpResponseRedirect(f"{postmortem.get_absolute_url()}#pdf")
        if request.GET.get("seen") == versions.fingerprint:
            return HttpResponse(status=204)
        return self.shown(request, postmortem, "_versions", {"versions": versions})

    def download_view(
        self, request: HttpRequest, pk: int, report_pk: int
    ) -> HttpResponse:
        """Give a file as it was made; numbers are counted apart for each edition."""
        postmortem = self.seen_or_404(request, str(pk))
        if not allowed(request.user)["download"]:
            raise Http404
        report = self.report_or_404(postmortem.reports.done(), report_pk)
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
        report = self.report_or_404(postmortem.reports.all(), report_pk)
        with reported(request, postmortem.incident.reference):
            retry_report(report, by=acting(request), at=timezone.now())
        return HttpResponseRedirect(f"{postmortem.get_absolute_url()}#pdf")

    @staticmethod
    def report_or_404(reports: ReportQuerySet, key: int) -> Report:
        if not is_key(str(key)):
            raise Http404
        row: Report = get_object_or_404(reports, pk=key)
        return row


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
