"""Post-mortems to read: as a page, as one file of HTML, as Markdown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from incidents.forms.rows import is_key
from incidents.names import name_of
from postmortems.admin.base import PostMortemBase
from postmortems.choices import Edition, Paper
from postmortems.drafting import snapshot_of
from postmortems.markdown_out import markdown_of
from postmortems.models import PostMortem, Publication
from postmortems.permissions import allowed
from postmortems.reading import read_by
from postmortems.recurrence import discreet
from postmortems.snapshot import Snapshot
from postmortems.standalone import standalone
from postmortems.versions import download_url

NAME = "admin:postmortems_postmortem_"
VERSION = "<slug:edition>/<int:number>/"


@dataclass(frozen=True)
class VersionLine:
    """A published version in the list of all of them; `is_this` where it is shown."""

    publication: Publication
    url: str
    by: str
    is_this: bool


class ReadingMixin(PostMortemBase):
    def get_urls(self) -> list[Any]:
        views = {
            "read": self.read_view,
            "html": self.html_view,
            "markdown": self.markdown_view,
        }
        routes = [
            route
            for name, view in views.items()
            for route in (
                self.own(f"<int:pk>/{name}/", require_safe(view), name),
                self.own(
                    f"<int:pk>/{name}/{VERSION}", require_safe(view), f"{name}_version"
                ),
            )
        ]
        return [*routes, *super().get_urls()]

    def read_view(
        self, request: HttpRequest, pk: int, edition: str = "", number: int = 0
    ) -> HttpResponse:
        """Show a version to read: the internal one that counts unless named."""
        postmortem = self.seen_or_404(request, str(pk))
        publication = published_or_404(postmortem, edition, number)
        snapshot = publication.snapshot if publication else snapshot_of(postmortem)
        lines = version_lines(postmortem, publication)
        context = {
            "title": _("Post-mortem of %s") % snapshot.reference,
            "reading": read_by(
                discreet(snapshot, request.user), postmortem.incident, request.user
            ),
            "publication": publication,
            "lines": lines,
            "is_current": publication is None or is_current(publication, postmortem),
            "links": downloads(postmortem, publication, request),
            # In the sidebar: one reads in the library, wherever the address lies.
            "belongs_to": reverse("admin:postmortems_searchentry_changelist"),
        }
        return self.shown(request, postmortem, "read", context)

    def html_view(
        self, request: HttpRequest, pk: int, edition: str = "", number: int = 0
    ) -> HttpResponse:
        """Give a version as one file of HTML."""
        postmortem = self.seen_or_404(request, str(pk))
        snapshot = self.snapshot_or_404(postmortem, edition, number)
        text = standalone(snapshot, postmortem.incident)
        return file(text, "text/html", f"{stem(snapshot)}.html")

    def markdown_view(
        self, request: HttpRequest, pk: int, edition: str = "", number: int = 0
    ) -> HttpResponse:
        """Give a version as Markdown, which can be read in again."""
        postmortem = self.seen_or_404(request, str(pk))
        snapshot = self.snapshot_or_404(postmortem, edition, number)
        return file(markdown_of(snapshot), "text/markdown", f"{stem(snapshot)}.md")

    def snapshot_or_404(
        self, postmortem: PostMortem, edition: str, number: int
    ) -> Snapshot:
        publication = published_or_404(postmortem, edition, number)
        said = publication.snapshot if publication else snapshot_of(postmortem)
        return discreet(said)


def published_or_404(
    postmortem: PostMortem, edition: str, number: int
) -> Publication | None:
    """Find the version; None stands for the draft of what was never published."""
    if not edition:
        return postmortem.latest()
    if not is_key(str(number)):
        raise Http404
    found = postmortem.publications.filter(edition=edition, number=number).first()
    if found is None:
        raise Http404(_("There is no such version."))
    return found


def is_current(publication: Publication, postmortem: PostMortem) -> bool:
    latest = postmortem.publications.filter(edition=publication.edition)
    return not latest.filter(number__gt=publication.number).exists()


def version_lines(
    postmortem: PostMortem, shown: Publication | None
) -> list[VersionLine]:
    """List every version of every edition, the newest first."""
    order = {edition: place for place, edition in enumerate(Edition.values)}
    rows = postmortem.publications.select_related("published_by").defer("frozen")
    return [
        VersionLine(
            publication=row,
            url=reverse(f"{NAME}read_version", args=[row.postmortem_id, *of(row)]),
            by=name_of(row.published_by),
            is_this=row == shown,
        )
        for row in sorted(rows, key=lambda row: (order[row.edition], -row.number))
    ]


def of(publication: Publication) -> tuple[str, int]:
    return publication.edition, publication.number


def downloads(
    postmortem: PostMortem, publication: Publication | None, request: HttpRequest
) -> list[tuple[str, str]]:
    """Name the files of this version that there are, and where."""
    links = []
    if publication and allowed(request.user)["download"]:
        for report in postmortem.reports.done().filter(publication=publication):
            paper = (
                "" if report.paper == Paper.A4 else f" ({report.get_paper_display()})"
            )
            links.append((_("PDF") + paper, download_url(report, postmortem)))
    for name, label in (("html", _("HTML")), ("markdown", _("Markdown"))):
        args: list[Any] = [postmortem.pk]
        view = f"{NAME}{name}"
        if publication:
            view, args = f"{view}_version", [*args, *of(publication)]
        links.append((label, reverse(view, args=args)))
    if publication is None or publication.edition == Edition.INTERNAL:
        log = reverse("admin:incidents_incident_csv", args=[postmortem.incident_id])
        links.append((_("Whole log as CSV"), log))
    return links


def stem(snapshot: Snapshot) -> str:
    """Name a file by what it is: INC-20261121-001-customer-v2."""
    edition = "" if snapshot.edition == Edition.INTERNAL else f"-{snapshot.edition}"
    state = "-draft" if snapshot.is_draft else ""
    return f"{snapshot.reference}{edition}-v{snapshot.number}{state}"


def file(text: str, media_type: str, name: str) -> HttpResponse:
    """Answer with a file to keep, never shown as part of this site."""
    return HttpResponse(
        text,
        content_type=f"{media_type}; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
        },
    )
