"""What an open incident page asks for: has anything changed, and if so, what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseForbidden,
    HttpResponseNotAllowed,
)
from django.template.response import TemplateResponse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from incidents.admin.lists import acting
from incidents.forms.rows import is_key
from incidents.models import Incident
from incidents.pulse import revision_for

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Incident]
else:
    Base = object


class PulseMixin(Base):
    if TYPE_CHECKING:

        def incident_or_404(self, request: HttpRequest, object_id: str) -> Incident: ...
        def page_context(
            self, request: HttpRequest, incident: Incident
        ) -> dict[str, Any]: ...
        def show(
            self,
            request: HttpRequest,
            name: str,
            context: dict[str, Any],
            incident: Incident,
        ) -> TemplateResponse: ...

    def pulse_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Answer 204 as long as `seen` is the revision, then the page's regions.

        Whoever is logged out is told so: a script that is led to the log-in page
        would take that for the answer.
        """
        if request.method != "GET":
            return HttpResponseNotAllowed(["GET"])
        if not self.admin_site.has_permission(request):
            return HttpResponseForbidden()
        answer = self.changed_since(request, request.GET.get("seen", ""), str(pk))
        add_never_cache_headers(answer)
        return answer

    def changed_since(
        self, request: HttpRequest, seen: str, object_id: str
    ) -> HttpResponse:
        user = acting(request)
        key = int(object_id) if is_key(object_id) else None
        revision = None if key is None else revision_for(user, key)
        if revision is None:
            raise Http404(_("There is no such incident, or not for you."))
        if seen == str(revision):
            return HttpResponse(status=204)
        incident = self.incident_or_404(request, object_id)
        context = self.page_context(request, incident)
        return self.show(request, "_pulse", context, incident)
