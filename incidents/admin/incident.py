"""The incident page: the change view, its verbs, its timeline, its plain record."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin, messages
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    QueryDict,
)
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.admin.base import DebriefAdmin
from incidents.admin.incident_list import IncidentListMixin
from incidents.admin.incident_messages import MessageMixin
from incidents.admin.incident_pulse import PulseMixin
from incidents.admin.incident_timeline import TimelineMixin
from incidents.admin.lists import acting
from incidents.changes import Refused
from incidents.choices import PRIORITY_BADGES
from incidents.forms.declare import DeclareForm
from incidents.forms.incident import RecordForm
from incidents.forms.rows import is_key
from incidents.forms.verb_form import VerbForm
from incidents.forms.verbs import VERB_FORMS
from incidents.incident_page import IncidentPage
from incidents.models import Incident
from incidents.permissions import granted

PAGE_NEEDS = (
    "severity",
    "team__calendar",
    "lead",
    "playbook_version__playbook",
    "duplicate_of",
)
# What a link to a verb's page may say beforehand.
ASKED = (
    "role",
    "interval",
    "name",
    "to",
    "reason",
    "audience",
    "code",
    "deadline",
    "entry",
    "raised_from",
    "kind",
    "person",
)


@admin.register(Incident)
class IncidentAdmin(
    PulseMixin, TimelineMixin, MessageMixin, IncidentListMixin, DebriefAdmin[Incident]
):
    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        own = [
            path(
                "<int:pk>/do/<slug:verb>/",
                view(self.verb_view),
                name="incidents_incident_do",
            ),
            path("<int:pk>/pulse/", self.pulse_view, name="incidents_incident_pulse"),
            path(
                "<int:pk>/deadlines/",
                view(self.deadlines_view),
                name="incidents_incident_deadlines",
            ),
            path(
                "<int:pk>/edit/", view(self.edit_view), name="incidents_incident_edit"
            ),
        ]
        return own + super().get_urls()

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Declare an incident."""
        if not self.has_add_permission(request):
            raise Http404
        if "look" in request.POST:
            return self.look_again(request)
        form = DeclareForm(posted(request), user=acting(request), now=timezone.now())
        if form.is_valid() and (incident := declared(form)):
            messages.success(request, news_of(incident))
            return HttpResponseRedirect(after_declaring(incident))
        context = {"title": _("Declare an incident"), "form": form}
        return self.show(request, "declare", context)

    def look_again(self, request: HttpRequest) -> HttpResponse:
        """Show another team's severities, or what the triage suggests; saves nothing.

        A fragment for the page's script, else the whole page with all that was typed.
        """
        form = DeclareForm.looked_at(
            request.POST, user=acting(request), now=timezone.now()
        )
        context = {"title": _("Declare an incident"), "form": form}
        name = "_way" if is_fragment(request) else "declare"
        return self.show(request, name, context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the incident page; what changes it are the verbs, not this address."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        incident = self.incident_or_404(request, object_id)
        context = self.page_context(request, incident)
        return self.show(request, "page", context, incident)

    def page_context(self, request: HttpRequest, incident: Incident) -> dict[str, Any]:
        """Gather what the page and its pulse are printed from."""
        return {
            "title": str(incident),
            "page": IncidentPage(
                incident, acting(request), timezone.now(), request.GET
            ),
            "priority_badges": PRIORITY_BADGES,
        }

    def deadlines_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show every deadline with its rule: a fragment, or a page of its own."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        incident = self.incident_or_404(request, str(pk))
        page = IncidentPage(incident, acting(request), timezone.now())
        context = {
            "title": _("Deadlines of %s") % incident.reference,
            "page": page,
        }
        name = "_deadlines" if is_fragment(request) else "deadlines"
        return self.show(request, name, context, incident)

    def verb_view(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        """Take a verb, or ask for what it needs."""
        incident = self.incident_or_404(request, str(pk))
        if verb not in VERB_FORMS:
            raise Http404
        if not granted(request.user, verb, incident):
            return self.refuse(request, incident)
        form = self.verb_form(request, incident, VERB_FORMS[verb])
        if form.is_bound and form.is_valid() and form.take():
            if form.already:
                messages.info(request, form.already)
            elif result := form.result():
                messages.success(request, result)
            return HttpResponseRedirect(incident.get_absolute_url() + form.leads_to)
        context = {"title": form.heading, "form": form, "verb": verb}
        return self.show(request, form.template, context, incident)

    def edit_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Edit the plain record; only the fields that were changed are saved."""
        incident = self.incident_or_404(request, str(pk))
        if not granted(request.user, "amend", incident):
            return self.refuse(request, incident)
        form = RecordForm(posted(request), instance=incident, user=acting(request))
        if form.is_bound and form.is_valid():
            try:
                stored = Incident.objects.get(pk=incident.pk)
                stored.amend(form.changes(), by=acting(request), at=timezone.now())
            except Refused as refusal:
                form.meet(refusal, Incident.objects.get(pk=incident.pk))
            else:
                messages.success(request, _("The record is saved."))
                return HttpResponseRedirect(incident.get_absolute_url())
        context = {"title": _("Record of %s") % incident.reference, "form": form}
        return self.show(request, "edit", context, incident)

    def verb_form(
        self, request: HttpRequest, incident: Incident, form: type[VerbForm]
    ) -> VerbForm:
        """Bind the form to the post, or offer it with what the address says."""
        asked = {name: value for name in ASKED if (value := request.GET.get(name, ""))}
        if "role" in asked and incident.playbook.role(asked["role"]) is None:
            raise Http404
        return form(
            posted(request),
            request.FILES if request.method == "POST" else None,
            initial=asked,
            incident=incident,
            user=acting(request),
            now=timezone.now(),
            zone=ZoneInfo(timezone.get_current_timezone_name()),
        )

    def incident_or_404(self, request: HttpRequest, object_id: str) -> Incident:
        seen = self.get_queryset(request).select_related(*PAGE_NEEDS)
        seen = seen.defer("playbook_version__document")
        incident = seen.filter(pk=object_id).first() if is_key(object_id) else None
        if incident is None or not self.has_view_permission(request, incident):
            raise Http404(_("There is no such incident, or not for you."))
        return incident

    def refuse(self, request: HttpRequest, incident: Incident) -> HttpResponse:
        """Send somebody who sees the incident, but may not do this, back to it."""
        messages.error(request, _("Your group does not allow you to do this."))
        return HttpResponseRedirect(incident.get_absolute_url())

    def show(
        self,
        request: HttpRequest,
        name: str,
        context: dict[str, Any],
        incident: Incident | None = None,
    ) -> TemplateResponse:
        return TemplateResponse(
            request,
            f"admin/incidents/incident/{name}.html",
            {
                **(
                    {}
                    if name.startswith("_")
                    else self.admin_site.each_context(request)
                ),
                "opts": self.opts,
                "incident": incident,
                "list_url": reverse("admin:incidents_incident_changelist"),
                **context,
            },
            status=200 if "form" not in context or not context["form"].errors else 422,
        )


def is_fragment(request: HttpRequest) -> bool:
    """Say whether a script asks for a part of the page."""
    return request.headers.get("HX-Request") == "true"


def posted(request: HttpRequest) -> QueryDict | None:
    """Give what was posted; None for a form that is only looked at."""
    return request.POST if request.method == "POST" else None


def news_of(incident: Incident) -> str:
    """Say what was entered: of what is only recorded nobody hears."""
    text = (
        _("%s is recorded: no clock runs, and nobody is told.")
        if incident.is_record
        else _("%s is declared. You lead it.")
    )
    return text % incident.reference


def after_declaring(incident: Incident) -> str:
    """Lead whoever entered a record on to filling it in."""
    if incident.is_record:
        return reverse("admin:incidents_incident_do", args=[incident.pk, "backfill"])
    return incident.get_absolute_url()


def declared(form: DeclareForm) -> Incident | None:
    """Declare what the form says; None, with the reasons in the form, if refused."""
    try:
        return form.declare()
    except Refused as refusal:
        for blocker in refusal.blockers:
            name = "since" if blocker.field in {"at", "started_at"} else blocker.field
            form.add_error(name if name in form.fields else None, blocker.sentence)
    return None
