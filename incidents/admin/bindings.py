"""The page on which a team says who stands behind the codes of its playbook."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.admin.base import DebriefAdmin
from incidents.bindings import bound_by, codes_of, playbook_of, unbound
from incidents.forms.bindings import BindingsForm
from incidents.models import Team

BINDINGS = "incidents_team_bindings"


class BindingPages(DebriefAdmin[Team]):
    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.bindings_view)
        return [path("<int:pk>/bindings/", view, name=BINDINGS), *super().get_urls()]

    def bindings_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show who is bound to what; who may change the team may bind."""
        team = self.visible_or_404(request, str(pk))
        if request.method == "POST":
            return self._bind(request, team)
        return self._bindings_page(request, team, form_for(team))

    def _bind(self, request: HttpRequest, team: Team) -> HttpResponse:
        if not self.has_change_permission(request, team):
            raise PermissionDenied
        with transaction.atomic():
            # Two who save at once come one after the other, each told of the other.
            locked = Team.objects.select_for_update().get(pk=team.pk)
            form = form_for(locked, request.POST)
            if form.is_valid():
                _report(request, form.save())
                return redirect(f"admin:{BINDINGS}", team.pk)
        return self._bindings_page(request, team, form)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show below the form what the team works by, and who is missing."""
        team = self.get_object(request, object_id)
        if team:
            playbook = playbook_of(team)
            current = playbook.current if playbook else None
            extra_context = {
                "playbook": playbook,
                "version": current,
                "unbound": unbound(current.content, team) if current else [],
                "may_bind": self.has_change_permission(request, team),
                **(extra_context or {}),
            }
        return super().change_view(request, object_id, form_url, extra_context)

    def _bindings_page(
        self, request: HttpRequest, team: Team, form: BindingsForm
    ) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Bindings of %s") % team,
            "opts": self.opts,
            "original": team,
            "playbook": playbook_of(team),
            "form": form,
            "may_bind": self.has_change_permission(request, team),
            "may_add": request.user.has_perm("incidents.add_contact"),
        }
        template = "admin/incidents/team/bindings.html"
        status = 422 if form.errors else 200
        return TemplateResponse(request, template, context, status=status)


def form_for(team: Team, posted: Any = None) -> BindingsForm:
    playbook = playbook_of(team)
    current = playbook.current if playbook else None
    codes = codes_of(current.content) if current else []
    return BindingsForm(posted, team=team, codes=codes, bound=bound_by(team))


def _report(request: HttpRequest, count: int) -> None:
    if not count:
        messages.info(request, _("Nothing was changed."))
        return
    text = ngettext("%d binding is saved.", "%d bindings are saved.", count)
    messages.success(request, text % count)
