"""The list of people; their pages are in people_pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from incidents import people
from incidents.admin.lists import Column, FilteredAdmin
from incidents.admin.people_pages import PeoplePages
from incidents.filters import Choice, FilterBar, Toggle, own_teams
from incidents.models import Team
from incidents.names import name_of
from incidents.people import STATE_BADGES, STATE_CONDITIONS, PersonState
from incidents.permissions import GROUPS

admin.site.unregister(User)
admin.site.unregister(Group)


class PeopleFilter(FilterBar):
    """Without a chosen state the list shows who is still here."""

    my_team = Toggle(label=_("My team"), method="keep_my_team")
    team = Choice(label=_("Team"), anything=_("Any"), field_name="profile__team")
    group = Choice(
        label=_("Group"),
        anything=_("Any"),
        field_name="groups__name",
        choices=[(name, name) for name in GROUPS],
    )
    state = Choice(
        label=_("State"),
        anything=_("Still here"),
        choices=[*PersonState.choices, ("all", _("All, also deactivated"))],
        method="keep_state",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("team", Team.objects.all(), "name")

    def filter_queryset(self, queryset: QuerySet[User]) -> QuerySet[User]:
        rows: QuerySet[User] = super().filter_queryset(queryset)
        chosen = self.form.cleaned_data.get("state")
        return rows if chosen else rows.filter(is_active=True)

    def keep_my_team(
        self, rows: QuerySet[User], name: str, value: bool
    ) -> QuerySet[User]:
        return rows.filter(profile__team__in=own_teams(self.person)) if value else rows

    def keep_state(self, rows: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        return rows.filter(STATE_CONDITIONS.get(value, Q()))


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One line of the list of people."""

    url: str
    name: str
    email: str
    team: str
    group: str
    state: str
    badge: str
    last_login: datetime | None


@admin.register(User)
class PeopleAdmin(PeoplePages, FilteredAdmin[User]):
    """The people of this installation; everybody reads, managers keep their own."""

    filter_bar = PeopleFilter
    rows_template = "admin/auth/user/_rows.html"
    search_fields = ("first_name", "last_name", "username")
    search_help_text = _("Name or e-mail address")
    ordering = ("first_name", "last_name", "username")
    empty_hint = _("Nobody matches. Take a filter away, or invite somebody.")
    actions = None
    columns = (
        Column("name", _("name"), ("first_name", "last_name", "username")),
        Column("email", _("e-mail address"), ("username",)),
        Column("team", _("team"), ("profile__team__name", "first_name")),
        Column("group", _("group")),
        Column("state", _("state")),
        Column("last_login", _("last log-in"), ("-last_login",)),
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[User], search_term: str
    ) -> tuple[QuerySet[User], bool]:
        """Offer nobody who is gone where somebody is chosen; the list has them all."""
        match = request.resolver_match
        if match and match.url_name == "autocomplete":
            queryset = queryset.filter(is_active=True)
        return super().get_search_results(request, queryset, search_term)

    def has_change_permission(
        self, request: HttpRequest, obj: User | None = None
    ) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or people.may_manage(request.user, obj))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"title": _("People"), **(extra_context or {})}
        return super().changelist_view(request, context)

    def rows(self, request: HttpRequest, keys: Sequence[Any]) -> QuerySet[User]:
        wanted = User.objects.filter(pk__in=keys).select_related("profile__team")
        return wanted.prefetch_related("groups")

    def lines(self, request: HttpRequest, rows: Sequence[User]) -> list[PersonLine]:
        return [_line(person) for person in rows]


def _line(person: User) -> PersonLine:
    state = people.state_of(person)
    return PersonLine(
        url=reverse("admin:auth_user_change", args=[person.pk]),
        name=name_of(person),
        email=person.email,
        team=str(people.profile_of(person).team or ""),
        group=people.group_of(person),
        state=str(state.label),
        badge=STATE_BADGES[state],
        last_login=person.last_login,
    )
