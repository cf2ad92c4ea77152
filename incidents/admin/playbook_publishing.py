"""How a playbook comes about and goes on: presets, drafts, previews, retirement."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.admin.base import DebriefAdmin
from incidents.admin.lists import acting
from incidents.changes import Refused
from incidents.forms.playbook import DraftForm, NewPlaybookForm, NextVersionForm
from incidents.models import Playbook, PlaybookVersion
from incidents.playbook_comparison import outline_of, outlines_of_presets
from incidents.playbook_drafts import (
    Overtaken,
    Taken,
    begin,
    preview_of,
    publish_over,
)
from incidents.playbook_page import Use
from incidents.playbooks.load import dump_playbook
from incidents.playbooks.presets import PRESETS, preset_text


class PublishingAdmin(DebriefAdmin[Playbook]):
    """The steps that make versions; nothing is published that was not previewed."""

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Make a playbook with its first version, from a preset or from a text."""
        if not self.has_add_permission(request):
            raise Http404
        asked = request.GET.get("preset", "")
        form = NewPlaybookForm(
            request.POST or None, request.FILES or None, initial=first_draft(asked)
        )
        if form.is_valid():
            if form.is_publishing and (made := self._begin(request, form)):
                return made
            return self.page(request, "add_preview", **self._outline(form))
        return self.page(
            request,
            "add",
            title=_("New playbook"),
            form=form,
            presets=() if form.is_bound else outlines_of_presets(),
            chosen=PRESETS.get(asked),
        )

    def publish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Publish the next version, from the text of the present one."""
        playbook = self.changeable_or_404(request, pk)
        form = NextVersionForm(
            request.POST or None, request.FILES or None, initial=next_draft(playbook)
        )
        is_late = False
        if form.is_valid() and form.is_publishing:
            try:
                return self._publish(request, playbook, form)
            except Overtaken:
                is_late = True
        if form.is_readable:
            return self._preview(request, playbook, form, is_late=is_late)
        title = _("Next version of %s") % playbook
        subpage = _("Next version")
        return self.page(
            request,
            "publish",
            title=title,
            subpage=subpage,
            form=form,
            playbook=playbook,
        )

    def retire_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask, then offer the playbook no longer, or again."""
        playbook = self.changeable_or_404(request, pk)
        if request.method == "POST":
            return self._turn(request, playbook)
        is_back = bool(playbook.retired_at)
        title = _("Bring back %s?") if is_back else _("Retire %s?")
        return self.page(
            request,
            "retire",
            title=title % playbook,
            subpage=_("Bring back") if is_back else _("Retire"),
            playbook=playbook,
            use=Use(playbook, acting(request)),
        )

    def changeable_or_404(self, request: HttpRequest, pk: int) -> Playbook:
        playbook = self.visible_or_404(request, str(pk))
        if not self.has_change_permission(request, playbook):
            raise Http404
        return playbook

    def page(self, request: HttpRequest, name: str, **context: Any) -> TemplateResponse:
        form = context.get("form")
        return TemplateResponse(
            request,
            f"admin/incidents/playbook/{name}.html",
            {**self.admin_site.each_context(request), "opts": self.opts, **context},
            status=422 if form is not None and form.errors else 200,
        )

    def _begin(
        self, request: HttpRequest, form: NewPlaybookForm
    ) -> HttpResponse | None:
        slug = form.cleaned_data["slug"]
        at, by = timezone.now(), acting(request)
        assert form.content  # noqa: S101  a valid form has read its document
        try:
            version = begin(slug, form.content, by=by, at=at)
        except Taken:
            form.add_error("slug", _("Somebody has just taken it: choose another."))
            return None
        return self._tell(request, version)

    def _outline(self, form: NewPlaybookForm) -> dict[str, Any]:
        assert form.content  # noqa: S101  a valid form has read its document
        title = _("New playbook: %s") % form.content.name
        outline = outline_of(form.content)
        return {"title": title, "form": form, "outline": outline}

    def _publish(
        self, request: HttpRequest, playbook: Playbook, form: DraftForm
    ) -> HttpResponse:
        version = publish_over(
            playbook,
            form.content,  # type: ignore[arg-type]
            base=form.cleaned_data["base"] or 0,
            by=acting(request),
            at=timezone.now(),
            note=form.cleaned_data["note"],
        )
        return self._tell(request, version)

    def _preview(
        self,
        request: HttpRequest,
        playbook: Playbook,
        form: DraftForm,
        *,
        is_late: bool,
    ) -> HttpResponse:
        preview = preview_of(
            playbook,
            form.content,  # type: ignore[arg-type]
            base=form.cleaned_data.get("base"),
            draft_name=_("the draft"),
            reader=acting(request),
        )
        form.keep(base=preview.base)
        return self.page(
            request,
            "preview",
            title=_("What the next version of %s changes") % playbook,
            subpage=_("Next version"),
            playbook=playbook,
            form=form,
            preview=preview,
            is_late=is_late,
        )

    def _tell(self, request: HttpRequest, version: PlaybookVersion) -> HttpResponse:
        text = _("Version %(number)d of %(playbook)s is the current one.")
        facts = {"number": version.number, "playbook": version.playbook}
        messages.success(request, text % facts)
        return back_to(version.playbook)

    def _turn(self, request: HttpRequest, playbook: Playbook) -> HttpResponse:
        try:
            if "bring_back" in request.POST:
                playbook.bring_back()
                done = _("%s is offered again.")
            else:
                playbook.retire(at=timezone.now())
                done = _("%s is retired: it is no longer offered.")
            messages.success(request, done % playbook)
        except Refused as refusal:
            for blocker in refusal.blockers:
                messages.error(request, blocker.sentence)
        return back_to(playbook)


def first_draft(preset: str) -> dict[str, Any]:
    """Give the text of a preset under a short name that is free."""
    if preset not in PRESETS:
        return {}
    taken = set(Playbook.objects.values_list("slug", flat=True))
    names = (preset, *(f"{preset}-{number}" for number in range(2, len(taken) + 3)))
    slug = next(name for name in names if name not in taken)
    return {"slug": slug, "document": preset_text(preset)}


def next_draft(playbook: Playbook) -> dict[str, Any]:
    current = playbook.current
    if current is None:
        return {}
    return {"document": dump_playbook(current.content), "base": current.number}


def back_to(playbook: Playbook) -> HttpResponse:
    url = reverse("admin:incidents_playbook_change", args=[playbook.pk])
    return HttpResponseRedirect(url)
