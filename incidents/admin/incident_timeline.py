"""The timeline of an incident beside its page: older entries, images, files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from csp.constants import NONE
from csp.decorators import csp
from django.contrib import admin
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
    StreamingHttpResponse,
)
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from incidents.admin.lists import acting
from incidents.forms.rows import is_key
from incidents.incident_page import IncidentPage
from incidents.models import Attachment, Incident
from incidents.timeline_export import TimelineExport
from incidents.timeline_page import TimelinePage

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Incident]
else:
    Base = object

IMAGE_POLICY = {"default-src": [NONE], "sandbox": [True]}


class TimelineMixin(Base):
    if TYPE_CHECKING:

        def incident_or_404(self, request: HttpRequest, object_id: str) -> Incident: ...
        def show(
            self,
            request: HttpRequest,
            name: str,
            context: dict[str, Any],
            incident: Incident,
        ) -> TemplateResponse: ...

    def get_urls(self) -> list[Any]:
        view, name = self.admin_site.admin_view, "incidents_incident"
        image = view(require_safe(self.image_view), cacheable=True)
        return [
            path(
                "<int:pk>/timeline/", view(self.timeline_view), name=f"{name}_timeline"
            ),
            path("<int:pk>/timeline.csv", view(self.csv_view), name=f"{name}_csv"),
            path("<int:pk>/timeline.txt", view(self.text_view), name=f"{name}_text"),
            path("<int:pk>/image/<int:image>/", image, name=f"{name}_image"),
            *super().get_urls(),
        ]

    def timeline_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show entries, older or fewer: a fragment, or a page of its own."""
        incident = self.incident_or_404(request, str(pk))
        timeline = TimelinePage(incident, request.GET)
        page = IncidentPage(incident, acting(request), timezone.now())
        is_fragment = request.headers.get("HX-Request") == "true"
        timeline.filter.is_open |= not is_fragment
        context = {
            "title": _("Timeline of %s") % incident.reference,
            "page": page,
            "timeline": timeline,
        }
        name = fragment_of(request, timeline) if is_fragment else "timeline"
        return self.show(request, name, context, incident)

    def csv_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        export = self.export(request, pk)
        return downloaded(export.csv(), export.incident, "csv", "text/csv")

    def text_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        export = self.export(request, pk)
        return downloaded(export.text(), export.incident, "txt", "text/plain")

    def export(self, request: HttpRequest, pk: int) -> TimelineExport:
        incident = self.incident_or_404(request, str(pk))
        return TimelineExport(incident, ZoneInfo(timezone.get_current_timezone_name()))

    @method_decorator(csp(IMAGE_POLICY))
    def image_view(self, request: HttpRequest, pk: int, image: int) -> HttpResponseBase:
        """Show an image to who sees its incident, and ask again each time."""
        seen = Attachment.objects.visible_to(acting(request))
        keys = {"pk": image, "event__incident": pk}
        are_keys = all(is_key(str(each)) for each in keys.values())
        found = seen.filter(**keys).first() if are_keys else None
        if found is None or not found.is_stored:
            raise Http404(_("There is no such image, or not for you."))
        kept = {"Cache-Control": "private, no-cache", "ETag": f'"{found.pk}"'}
        if request.headers.get("If-None-Match") == kept["ETag"]:
            return HttpResponseNotModified(headers=kept)
        content, name = found.file.open("rb"), f"{found.pk}{found.extension}"
        return FileResponse(
            content, content_type=found.media_type, filename=name, headers=kept
        )


def fragment_of(request: HttpRequest, timeline: TimelinePage) -> str:
    """Say which part of the page a script asks for."""
    if request.headers.get("HX-Target") == "timeline-tools":
        return "_timeline_tools"
    return "_timeline" if timeline.is_first else "_entries"


def downloaded(
    lines: Iterator[str], incident: Incident, extension: str, media_type: str
) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines, content_type=f"{media_type}; charset=utf-8")
    name = f"{incident.reference}-timeline.{extension}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
