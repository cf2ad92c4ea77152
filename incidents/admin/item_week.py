"""The page of a team's week: what its lead reads by mail, with every number a link."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.admin.item_list import ItemListMixin
from incidents.filters import own_teams
from incidents.forms.rows import is_key
from incidents.models import Team
from incidents.team_week import TeamWeek


class ItemWeekMixin(ItemListMixin):
    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.week_view)
        name = "incidents_actionitem_week"
        return [path("week/", view, name=name), *super().get_urls()]

    def week_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise Http404
        teams = list(Team.objects.all())
        team = chosen_team(request, teams)
        page = TeamWeek.of(team, request.user, timezone.now()) if team else None
        title = _("The week of %s") % team if team else _("The week of a team")
        return self.show(request, "week", title=title, page=page, teams=teams)


def chosen_team(request: HttpRequest, teams: list[Team]) -> Team | None:
    """Give the team the address names; without one, the person's first."""
    asked = request.GET.get("team", "")
    if asked:
        found = [each for each in teams if is_key(asked) and each.pk == int(asked)]
        if not found:
            raise Http404(_("There is no such team."))
        return found[0]
    own = own_teams(request.user).first()
    return own or next(iter(teams), None)
