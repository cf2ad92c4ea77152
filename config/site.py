from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from config.index import LeadPage
from incidents.forms.people import LogInForm

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
    ("people", _("People"), ("auth.User", "incidents.Team")),
    (
        "setup",
        _("Set up"),
        (
            "incidents.Service",
            "incidents.Calendar",
            "incidents.Contact",
            "incidents.Playbook",
            "incidents.Notification",
        ),
    ),
)
NAMES = {"auth.User": _("People"), "incidents.TimelineEvent": _("Timeline")}


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
        return [group for group in groups if group["models"]]

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
        return super().index(
            request, {"page": page, "is_index": True, **(extra_context or {})}
        )


def _named(key: str, model: dict[str, Any]) -> dict[str, Any]:
    return {**model, "name": NAMES.get(key, model["name"])}
