"""Playbooks: what the current version says, the versions before, and the next one."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from incidents.admin.base import DebriefAdmin
from incidents.admin.lists import acting
from incidents.choices import PRIORITY_BADGES, Priority
from incidents.forms.setup import PlaybookForm, PublishForm
from incidents.models import Playbook, PlaybookVersion
from incidents.playbooks.load import dump_playbook


@admin.register(Playbook)
class PlaybookAdmin(DebriefAdmin[Playbook]):
    list_display = ("name", "severity_names", "newest", "state")
    search_fields = ("name", "slug")
    actions = None

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("severities", "versions")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        publish, version = view(self.publish_view), view(self.version_view)
        name = "incidents_playbook"
        return [
            path("<int:pk>/publish/", publish, name=f"{name}_publish"),
            path("<int:pk>/<int:number>/", version, name=f"{name}_version"),
            *super().get_urls(),
        ]

    @admin.display(description=_("severities"))
    def severity_names(self, playbook: Playbook) -> str:
        return ", ".join(str(each) for each in playbook.severities.all())

    @admin.display(description=_("version"))
    def newest(self, playbook: Playbook) -> str:
        return str(max((each.number for each in playbook.versions.all()), default="—"))

    @admin.display(description=_("state"), ordering="retired_at")
    def state(self, playbook: Playbook) -> str:
        badge = '<span class="badge badge-{}">{}</span>'
        if playbook.retired_at:
            return format_html(badge, "grey", _now("Retired"))
        return format_html(badge, "green", _now("In use"))

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Make a playbook together with its first version."""
        if not self.has_add_permission(request):
            raise Http404
        form = PlaybookForm(request.POST or None)
        if form.is_valid():
            with transaction.atomic():
                playbook = form.save()
                return self._publish(request, playbook, form.cleaned_data["document"])
        return self._page(request, "publish", title=_now("New playbook"), form=form)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show what the playbook says; a version never changes, it is followed."""
        playbook = self.visible_or_404(request, object_id)
        return self._version_page(request, playbook, playbook.current)

    def version_view(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        playbook = self.visible_or_404(request, str(pk))
        version = playbook.versions.filter(number=number).first()
        if version is None:
            raise Http404(_now("There is no such version."))
        return self._version_page(request, playbook, version)

    def publish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Publish the next version, from the text of the present one."""
        playbook = self.visible_or_404(request, str(pk))
        if not self.has_change_permission(request, playbook):
            raise Http404
        current = playbook.current
        text = dump_playbook(current.document) if current else ""
        form = PublishForm(request.POST or None, initial={"document": text})
        if form.is_valid():
            return self._publish(request, playbook, form.cleaned_data["document"])
        title = _now("Next version of %s") % playbook
        return self._page(request, "publish", title=title, form=form, playbook=playbook)

    def _publish(
        self, request: HttpRequest, playbook: Playbook, document: Any
    ) -> HttpResponse:
        version = playbook.publish(document, by=acting(request), at=timezone.now())
        text = _now("Version %(number)d of %(playbook)s is the current one.")
        facts = {"number": version.number, "playbook": playbook}
        messages.success(request, text % facts)
        url = reverse("admin:incidents_playbook_change", args=[playbook.pk])
        return HttpResponseRedirect(url)

    def _version_page(
        self, request: HttpRequest, playbook: Playbook, version: PlaybookVersion | None
    ) -> TemplateResponse:
        rules = version.content.priorities if version else ()
        return self._page(
            request,
            "page",
            title=str(playbook),
            playbook=playbook,
            version=version,
            content=version.content if version else None,
            priorities=[
                (Priority(rule.priority).label, PRIORITY_BADGES[rule.priority], rule)
                for rule in rules
            ],
            versions=playbook.versions.select_related("published_by"),
            may_publish=self.has_change_permission(request, playbook),
        )

    def _page(
        self, request: HttpRequest, name: str, **context: Any
    ) -> TemplateResponse:
        form = context.get("form")
        return TemplateResponse(
            request,
            f"admin/incidents/playbook/{name}.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "list_url": reverse("admin:incidents_playbook_changelist"),
                **context,
            },
            status=422 if form is not None and form.errors else 200,
        )
