from __future__ import annotations

from functools import partial
from typing import Any, cast

from django.contrib.admin import AdminSite
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from config.index import LeadPage
from incidents.forms.people import LogInForm
from incidents.modes import banners_for
from incidents.my_work import MyWork
from incidents.offers import offers_to
from incidents.urgent import urgent_for
from postmortems.importing.bringing import may_import

# The sidebar, from top to bottom. A model nobody placed goes to the last group.
GROUPS: tuple[tuple[str, str | Promise, tuple[str, ...]], ...] = (
    (
        "work",
        _("Work"),
        (
            "incidents.Incident",
            "incidents.ActionItem",
            "postmortems.PostMortem",
            "incidents.TimelineEvent",
        ),
    ),
    ("learn", _("Learn"), ("postmortems.SearchEntry",)),
    ("people", _("People"), ("auth.User", "incidents.Team")),
    (
        "setup",
        _("Set up"),
        (
            "incidents.Service",
            "incidents.Calendar",
            "incidents.Contact",
            "incidents.AlertSource",
            "incidents.Playbook",
            "incidents.Notification",
            "incidents.Vital",
        ),
    ),
)
NAMES = {
    "auth.User": _("People"),
    "incidents.TimelineEvent": _("Timeline"),
    "incidents.Vital": _("System health"),
    "postmortems.SearchEntry": _("Library"),
}
IMPORT = ("admin:postmortems_postmortem_import", _("Import a post-mortem"))


class DebriefSite(AdminSite):
    """The admin is the product; its index is the lead's page."""

    site_header = _("Debrief")
    site_title = _("Debrief")
    index_title = _("Now")
    site_url = None
    login_form = LogInForm
    enable_nav_sidebar = True

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[Any]:
        """List what the person may open by what it is for, not by where its code is."""
        models = {
            f"{app['app_label']}.{model['object_name']}": model
            for app in self._build_app_dict(request).values()
            for model in app["models"]
        }
        groups: list[dict[str, Any]] = [
            {
                "name": name,
                "app_label": code,
                "models": [
                    _named(key, models.pop(key)) for key in keys if key in models
                ],
            }
            for code, name, keys in GROUPS
        ]
        groups[-1]["models"] += models.values()
        if may_import(cast(User, request.user)):
            _group(groups, "learn")["models"].append(_page("import", IMPORT))
        return [group for group in groups if group["models"]]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Let every page say what concerns everybody; asked only where it is drawn."""
        banners = partial(banners_for, request.user, timezone.now())
        return {**super().each_context(request), "banners": banners}

    def get_urls(self) -> list[Any]:
        """Add what is nobody's table: what one person has to do."""
        view = self.admin_view(self.my_work)
        return [path("my-work/", view, name="my_work"), *super().get_urls()]

    def my_work(self, request: HttpRequest) -> TemplateResponse:
        """Show what whoever is logged in has to do."""
        page = MyWork(cast(User, request.user), timezone.now())
        title = {"title": _("My work")}
        own = {
            "offers": offers_to(page.user),
            "urgent": urgent_for(page.user, page.now),
        }
        more = {**title, "page": page, **own}
        context = {**self.each_context(request), **more}
        return TemplateResponse(request, "admin/my_work.html", context)

    def app_index(
        self,
        request: HttpRequest,
        app_label: str,
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Lead to the one index: where a table's code lives is nobody's business."""
        return redirect("admin:index")

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        page = LeadPage.of(request.user, now=timezone.now())
        offers = offers_to(cast(User, request.user))
        urgent = urgent_for(cast(User, request.user), timezone.now())
        shown = {"page": page, "offers": offers, "urgent": urgent, "is_index": True}
        return super().index(request, {**shown, **(extra_context or {})})


def _group(groups: list[dict[str, Any]], code: str) -> dict[str, Any]:
    return next(group for group in groups if group["app_label"] == code)


def _page(code: str, page: tuple[str, str | Promise]) -> dict[str, Any]:
    """Give a page that is no list of a table as the sidebar wants it."""
    address, name = page
    return {"name": name, "object_name": code, "admin_url": reverse(address)}


def _named(key: str, model: dict[str, Any]) -> dict[str, Any]:
    return {**model, "name": NAMES.get(key, model["name"])}
