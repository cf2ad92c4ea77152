"""Playbooks: what the current version says, the versions before, and the next one."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from incidents.admin.lists import acting
from incidents.admin.playbook_list import PlaybookListAdmin
from incidents.admin.playbook_publishing import PublishingAdmin
from incidents.explain import CannotExplain, explain
from incidents.explain_drawing import drawing_of
from incidents.forms.playbook import ExplainForm
from incidents.forms.rows import is_key
from incidents.models import Playbook, PlaybookVersion
from incidents.permissions import INCIDENT_VERBS
from incidents.playbook_drafts import Comparison
from incidents.playbook_page import Book, Use, review_is_past, usual_team
from incidents.playbooks.load import dump_playbook

NO_VERSION = _("There is no such version.")


@admin.register(Playbook)
class PlaybookAdmin(PlaybookListAdmin, PublishingAdmin):
    actions = None

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        views: dict[str, tuple[str, Any]] = {
            "publish": ("<int:pk>/publish/", self.publish_view),
            "retire": ("<int:pk>/retire/", self.retire_view),
            "versions": ("<int:pk>/versions/", self.versions_view),
            "compare": ("<int:pk>/compare/", self.compare_view),
            "explain": ("<int:pk>/explain/", self.explain_view),
            "version": ("<int:pk>/<int:number>/", self.version_view),
            "download": ("<int:pk>/<int:number>/yaml/", self.download_view),
        }
        own = [
            path(route, view(each), name=f"incidents_playbook_{name}")
            for name, (route, each) in views.items()
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show what the playbook says; a version never changes, it is followed."""
        playbook = self.visible_or_404(request, object_id)
        return self._read(request, playbook, playbook.current)

    def version_view(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        playbook = self.visible_or_404(request, str(pk))
        return self._read(request, playbook, version_or_404(playbook, number))

    def versions_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        playbook = self.visible_or_404(request, str(pk))
        versions = list(playbook.versions.select_related("published_by"))
        return self.page(
            request,
            "versions",
            title=_now("Versions of %s") % playbook,
            subpage=_now("Versions"),
            playbook=playbook,
            versions=versions,
            before=versions[1].number if len(versions) > 1 else 1,
        )

    def compare_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what differs between two versions, by path and as text."""
        playbook = self.visible_or_404(request, str(pk))
        before, after = (
            version_or_404(playbook, request.GET.get(name, "1"))
            for name in ("from", "to")
        )
        names = f"{playbook.slug} v{before.number}", f"{playbook.slug} v{after.number}"
        return self.page(
            request,
            "compare",
            title=_now("From version %(a)d to %(b)d")
            % {"a": before.number, "b": after.number},
            subpage=_now("Comparison"),
            playbook=playbook,
            before=before,
            after=after,
            comparison=Comparison.of(before.content, after.content, *names),
            versions=playbook.versions.all(),
        )

    def download_view(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """Give a version as the file that can be uploaded or loaded again."""
        playbook = self.visible_or_404(request, str(pk))
        version = version_or_404(playbook, number)
        name = f"{playbook.slug}-v{number}.yaml"
        text = dump_playbook(version.content)
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        kind = "application/yaml; charset=utf-8"
        return HttpResponse(text, content_type=kind, headers=headers)

    def explain_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Say what would happen if it broke at some moment."""
        playbook = self.visible_or_404(request, str(pk))
        version = playbook.current
        if version is None:
            raise Http404(NO_VERSION)
        asked = request.GET.dict()
        team = None if "team" in asked else usual_team(playbook, acting(request))
        form = ExplainForm(version.content, asked, timezone.now(), team=team)
        explained = explained_by(form, version)
        return self.page(
            request,
            "explain",
            title=_now("%s: what if it broke on …?") % playbook,
            subpage=_now("What if it broke on …?"),
            playbook=playbook,
            version=version,
            form=form,
            computed=explained and explained["computed"],
            drawing=explained and drawing_of(explained),
            level=version.content.level(form.data["severity"]),
        )

    def _read(
        self, request: HttpRequest, playbook: Playbook, version: PlaybookVersion | None
    ) -> TemplateResponse:
        use = Use(playbook, acting(request))
        content = version.content if version else None
        newest = playbook.current if version else None
        return self.page(
            request,
            "page",
            title=str(playbook),
            playbook=playbook,
            version=version,
            newest=newest and newest.number,
            book=content and Book(content),
            use=use,
            teams=use.unbound(content) if content else [],
            review_is_past=content and review_is_past(content, timezone.localdate()),
            may_publish=self.has_change_permission(request, playbook),
            may_apply=request.user.has_perm(INCIDENT_VERBS["apply_playbook"]),
        )


def version_or_404(playbook: Playbook, number: int | str) -> PlaybookVersion:
    """Give a version by its number, which may come from an address."""
    if not is_key(str(number)):
        raise Http404(NO_VERSION)
    version = playbook.versions.filter(number=number).first()
    if version is None:
        raise Http404(NO_VERSION)
    return version


def explained_by(form: ExplainForm, version: PlaybookVersion) -> dict[str, Any] | None:
    """Explain what the form asks; what cannot be is said beside its day."""
    if not form.is_valid():
        return None
    asked = form.cleaned_data
    try:
        return explain(
            version.content,
            severity=asked["severity"],
            at=asked["at"],
            team=asked["team"],
            version=version.number,
        )
    except CannotExplain as refusal:
        form.add_error("day", str(refusal))
        return None
