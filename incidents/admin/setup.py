"""What is set up once: teams, services and calendars."""

from __future__ import annotations

from typing import Any, TypeVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.admin.base import DebriefAdmin
from incidents.admin.bindings import BindingPages
from incidents.calendar_preview import preview_of
from incidents.forms.setup import WEEKDAYS, CalendarForm, ServiceForm, TeamForm
from incidents.models import Calendar, Service, Team
from incidents.names import name_of

Row = TypeVar("Row", bound=models.Model)
# Who may add teams keeps all of them; other managers keep their own.
KEEPS_ALL_TEAMS = "incidents.add_team"


class SetUpAdmin(DebriefAdmin[Row]):
    change_form_template = "admin/setup_form.html"
    actions = None

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: bool
    ) -> None:
        """Write only what this person changed, so that others' changes stay."""
        obj.is_unchanged = change and not form.changed_data
        if not change:
            obj.save()
        elif form.changed_data:
            obj.save(update_fields=form.changed_data)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Claim no change where there was none."""
        if not obj.is_unchanged:
            return super().response_change(request, obj)
        messages.info(request, gettext("Nothing was changed in %s.") % obj)
        return self.response_post_save_change(request, obj)


@admin.register(Team)
class TeamAdmin(BindingPages, SetUpAdmin[Team]):
    form = TeamForm
    change_form_template = "admin/incidents/team/page.html"
    list_display = ("name", "lead_name", "manager_name", "playbook", "calendar")
    list_select_related = ("lead", "manager", "playbook", "calendar")
    search_fields = ("name",)

    def has_change_permission(
        self, request: HttpRequest, obj: Team | None = None
    ) -> bool:
        if not super().has_change_permission(request, obj):
            return False
        return obj is None or keeps_team(request, obj)

    def get_fields(self, request: HttpRequest, obj: Team | None = None) -> list[Any]:
        """Leave the manager out of a manager's form: nobody hands on their own team."""
        fields = ["name", "lead", "manager", "playbook", "calendar"]
        keeps_all = request.user.has_perm(KEEPS_ALL_TEAMS)
        is_read = obj is not None and not self.has_change_permission(request, obj)
        return fields if keeps_all or is_read else [f for f in fields if f != "manager"]

    def get_form(
        self,
        request: HttpRequest,
        obj: Team | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Drop declared fields that are left out: Django would keep and ignore them."""
        form = super().get_form(request, obj, change, **kwargs)
        offered = self.get_fields(request, obj)
        for name in [each for each in form.base_fields if each not in offered]:
            del form.base_fields[name]
        return form

    @admin.display(description=_("lead"), ordering="lead__first_name")
    def lead_name(self, team: Team) -> str:
        return name_of(team.lead) or "—"

    @admin.display(description=_("manager"), ordering="manager__first_name")
    def manager_name(self, team: Team) -> str:
        return name_of(team.manager) or "—"


@admin.register(Service)
class ServiceAdmin(SetUpAdmin[Service]):
    form = ServiceForm
    list_display = ("name", "team", "tier", "state")
    list_select_related = ("team",)
    search_fields = ("name",)

    def has_change_permission(
        self, request: HttpRequest, obj: Service | None = None
    ) -> bool:
        if not super().has_change_permission(request, obj):
            return False
        return obj is None or keeps_team(request, obj.team)

    def get_form(
        self,
        request: HttpRequest,
        obj: Service | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Offer managers their own teams, and no service without one."""
        form = super().get_form(request, obj, change, **kwargs)
        if "team" in form.base_fields and not request.user.has_perm(KEEPS_ALL_TEAMS):
            # A new field, since every form of the class shares the declared one.
            own = forms.ModelChoiceField(label=_("Team"), queryset=kept_teams(request))
            form.base_fields["team"] = own
        return form

    @admin.display(description=_("state"), ordering="is_retired")
    def state(self, service: Service) -> str:
        badge = '<span class="badge badge-{}">{}</span>'
        if service.is_retired:
            return format_html(badge, "grey", gettext("Retired"))
        return format_html(badge, "green", gettext("In use"))


@admin.register(Calendar)
class CalendarAdmin(SetUpAdmin[Calendar]):
    form = CalendarForm
    change_form_template = "admin/incidents/calendar/page.html"
    list_display = ("name", "zone", "hours", "days", "holidays")
    search_fields = ("name", "zone")

    def get_urls(self) -> list[Any]:
        preview = self.admin_site.admin_view(self.preview_view)
        name = "incidents_calendar_preview"
        return [path("preview/", preview, name=name), *super().get_urls()]

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """Show what a calendar would mean while it is written; nothing is saved."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = CalendarForm(request.POST)
        form.is_valid()
        context = {"preview": preview_of(form.working_time(), timezone.now())}
        template = "admin/incidents/calendar/_preview.html"
        return TemplateResponse(request, template, context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        form = context["adminform"].form
        context["preview"] = preview_of(form.working_time(), timezone.now())
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=_("hours"))
    def hours(self, calendar: Calendar) -> str:
        return f"{calendar.opens_at:%H:%M}–{calendar.closes_at:%H:%M}"

    @admin.display(description=_("days"))
    def days(self, calendar: Calendar) -> str:
        names = dict(WEEKDAYS)
        return ", ".join(str(names[day])[:3] for day in sorted(calendar.weekdays))

    @admin.display(description=_("public holidays"), ordering="country")
    def holidays(self, calendar: Calendar) -> str:
        return calendar.country or "—"


def kept_teams(request: HttpRequest) -> QuerySet[Team]:
    """Select the teams this person may keep."""
    if request.user.has_perm(KEEPS_ALL_TEAMS):
        return Team.objects.all()
    return Team.objects.filter(Q(manager=request.user.pk))


def keeps_team(request: HttpRequest, team: Team | None) -> bool:
    if request.user.has_perm(KEEPS_ALL_TEAMS):
        return True
    return team is not None and team.manager_id == request.user.pk
