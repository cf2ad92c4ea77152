"""What is set up once: teams, services and calendars."""

from __future__ import annotations

from typing import Any, TypeVar

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.admin.base import DebriefAdmin
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
        if not change:
            obj.save()
        elif form.changed_data:
            obj.save(update_fields=form.changed_data)


@admin.register(Team)
class TeamAdmin(SetUpAdmin[Team]):
    form = TeamForm
    list_display = ("name", "lead_name", "manager_name", "calendar")
    list_select_related = ("lead", "manager", "calendar")
    search_fields = ("name",)

    def has_change_permission(
        self, request: HttpRequest, obj: Team | None = None
    ) -> bool:
        if not super().has_change_permission(request, obj):
            return False
        return obj is None or keeps_team(request, obj)

    def get_fields(self, request: HttpRequest, obj: Team | None = None) -> list[Any]:
        """Leave the manager out of a manager's form: nobody hands on their own team."""
        fields = ["name", "lead", "manager", "calendar"]
        keeps_all = request.user.has_perm(KEEPS_ALL_TEAMS)
        is_read = obj is not None and not self.has_change_permission(request, obj)
        return fields if keeps_all or is_read else [f for f in fields if f != "manager"]

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
    list_display = ("name", "zone", "hours", "days")
    search_fields = ("name", "zone")

    @admin.display(description=_("hours"))
    def hours(self, calendar: Calendar) -> str:
        return f"{calendar.opens_at:%H:%M}–{calendar.closes_at:%H:%M}"

    @admin.display(description=_("days"))
    def days(self, calendar: Calendar) -> str:
        names = dict(WEEKDAYS)
        return ", ".join(str(names[day])[:3] for day in sorted(calendar.weekdays))


def kept_teams(request: HttpRequest) -> QuerySet[Team]:
    """Select the teams this person may keep."""
    if request.user.has_perm(KEEPS_ALL_TEAMS):
        return Team.objects.all()
    return Team.objects.filter(Q(manager=request.user.pk))


def keeps_team(request: HttpRequest, team: Team | None) -> bool:
    if request.user.has_perm(KEEPS_ALL_TEAMS):
        return True
    return team is not None and team.manager_id == request.user.pk
