"""Importing a write-up: its text, then what it becomes, then the post-mortem."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from incidents.admin.lists import acting
from incidents.changes import Refused
from incidents.models import Incident
from postmortems.admin.base import PostMortemBase
from postmortems.forms.importing import ImportForm
from postmortems.importing import bring_in, may_import, story_of
from postmortems.importing.archives import Archive
from postmortems.importing.batch import bring_all
from postmortems.importing.preview import Preview
from postmortems.importing.storing import require_new
from postmortems.markdown_in.decoding import too_long
from postmortems.models import PostMortem

# A browser that cannot send all of it shows no answer.
MOST_LET_PASS, PIECE = 64 * 1024 * 1024, 64 * 1024


class ImportMixin(PostMortemBase):
    def get_urls(self) -> list[Any]:
        # Its token is looked for below, where a form too long to be read has an answer.
        view = csrf_exempt(self.import_view)
        return [self.own("import/", view, "import"), *super().get_urls()]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for a text, show what it becomes, and store it once that is confirmed."""
        person = acting(request)
        if not may_import(person):
            raise PermissionDenied
        if request.method != "POST":
            return self._asked(request, ImportForm(user=person))
        try:
            return csrf_protect(self._given)(request)
        except RequestDataTooBig:
            return self._too_long(request)

    def _too_long(self, request: HttpRequest) -> HttpResponse:
        """Say so on the page, once what is still on its way has passed."""
        left = MOST_LET_PASS
        while left > 0 and (read := request.read(PIECE)):
            left -= len(read)
        request.POST = QueryDict()
        answer = self._asked(request, ImportForm(user=acting(request)), too_long())
        answer.status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        return answer

    def _given(self, request: HttpRequest) -> HttpResponse:
        person = acting(request)
        form = ImportForm(request.POST, request.FILES, user=person)
        is_valid = form.is_valid()
        if form.archive:
            return self._of_archive(request, form, form.archive)
        if not is_valid:
            return self._asked(request, form)
        if "import" in request.POST and form.source and form.choices:
            now = timezone.now()
            try:
                _story, made = bring_in(form.source, form.choices, by=person, at=now)
            except Refused as refused:
                form.refuse(refused)
            else:
                return self._led_to(request, made)
        return self._asked(request, form)

    def _of_archive(
        self, request: HttpRequest, form: ImportForm, archive: Archive
    ) -> TemplateResponse:
        """Say of each write-up what it becomes, or what it became."""
        keeps, outcomes = "import" in request.POST, []
        if chosen := form.choices:
            # What is chosen for many counts where one of them does not say it.
            choices = replace(
                chosen, severity=None, otherwise=chosen.severity,
                day=None, otherwise_on=chosen.day,
            )  # fmt: skip
            person, now = acting(request), timezone.now()
            every = bring_all(archive.files, choices, by=person, at=now, keeps=keeps)
            outcomes = list(every)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": archive.name,
            "form": form,
            "archive": archive,
            "outcomes": outcomes,
            "kept": keeps and form.choices,
        }
        template = "admin/postmortems/import/archive.html"
        status = 422 if form.errors else 200
        return TemplateResponse(request, template, context, status=status)

    def _asked(
        self, request: HttpRequest, form: ImportForm, refused: str = ""
    ) -> TemplateResponse:
        """Show the form, with what its text becomes as far as that is known."""
        preview = self._preview(request, form) if form.is_bound else None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Import a post-mortem"),
            "form": form,
            "preview": preview,
            "refused": refused,
            "text": form.source.text if preview and form.source else "",
            "name": form.source.name if preview and form.source else "",
        }
        name = "preview" if preview else "upload"
        status = 422 if form.errors else 200
        template = f"admin/postmortems/import/{name}.html"
        return TemplateResponse(request, template, context, status=status)

    def _preview(self, request: HttpRequest, form: ImportForm) -> Preview | None:
        """Say what it becomes; without a day, as if it had happened yesterday."""
        source, choices = form.source, form.choices
        if source is None or choices is None:
            return None
        person, now = acting(request), timezone.now()
        try:
            require_new(source, person)
            story = story_of(source, choices, by=person, now=now)
        except Refused as refused:
            if not form.errors:
                form.refuse(refused)
            if {blocker.code for blocker in refused.blockers} != {"day"}:
                return None
            day = (now - timedelta(days=1)).date()
            assumed = replace(choices, day=day)
            try:
                story = story_of(source, assumed, by=person, now=now)
            except Refused:
                return None
            return Preview(story, source, is_dated=False)
        return Preview(story, source)

    def _led_to(self, request: HttpRequest, made: PostMortem) -> HttpResponse:
        """Lead to what was made, or where it is hidden say only that it is there."""
        messages.success(request, _("Imported as %s.") % made.incident.reference)
        seen = Incident.objects.visible_to(acting(request))
        if seen.filter(pk=made.incident_id).exists():
            return HttpResponseRedirect(made.get_absolute_url())
        return HttpResponseRedirect(reverse("admin:postmortems_postmortem_changelist"))
