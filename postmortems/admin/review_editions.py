"""The editions beside the internal one: what is in each, its versions and its PDFs."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from incidents.admin.base import reported
from incidents.admin.lists import acting
from postmortems.admin.base import PostMortemBase
from postmortems.admin.steps import STEPS
from postmortems.choices import Edition
from postmortems.edition_page import EditionPage
from postmortems.models import PostMortem

PUBLISHED = frozenset({Edition.CUSTOMER, Edition.SUMMARY})


class EditionsMixin(PostMortemBase):
    def get_urls(self) -> list[Any]:
        edition = "<int:pk>/editions/<slug:edition>/"
        view = require_safe(self.edition_view)
        return [
            self.own(edition, view, "edition"),
            self.own(
                f"{edition}publish/", self.publish_edition_view, "publish_edition"
            ),
            self.own(f"{edition}render/", self.render_edition_view, "render_edition"),
            *super().get_urls(),
        ]

    def edition_view(self, request: HttpRequest, pk: int, edition: str) -> HttpResponse:
        """Show an edition as it would be published now, and what was published."""
        postmortem = self.seen_or_404(request, str(pk))
        if edition not in PUBLISHED:
            raise Http404(_("There is no such edition."))
        page = EditionPage(
            postmortem, Edition(edition), acting(request), timezone.now()
        )
        title = _("%(edition)s: %(what)s") % {
            "edition": Edition(edition).label,
            "what": postmortem,
        }
        context = {"page": page, "title": title, "reading": page.reading}
        return self.shown(request, postmortem, "edition", context)

    def publish_edition_view(
        self, request: HttpRequest, pk: int, edition: str
    ) -> HttpResponse:
        postmortem = self.seen_or_404(request, str(pk))
        if edition not in PUBLISHED:
            raise Http404(_("There is no such edition."))
        if refusal := self.refusal(request, postmortem, "publish_edition"):
            return refusal
        done = _("The edition is published.")
        with reported(request, postmortem.incident.reference, done=done):
            by, at = acting(request), timezone.now()
            postmortem.publish_edition(edition, by=by, at=at)
        return HttpResponseRedirect(page_url(postmortem, edition))

    def render_edition_view(
        self, request: HttpRequest, pk: int, edition: str
    ) -> HttpResponse:
        """Queue a PDF of the edition: as it is now, or of a version that is out."""
        postmortem = self.seen_or_404(request, str(pk))
        if edition not in PUBLISHED:
            raise Http404(_("There is no such edition."))
        if refusal := self.refusal(request, postmortem, "render"):
            return refusal
        posted = {**request.POST.dict(), "edition": edition}
        step = STEPS["render"]
        with reported(request, postmortem.incident.reference, done=str(step.done)):
            step.take(postmortem, posted, acting(request), timezone.now())
        return HttpResponseRedirect(f"{page_url(postmortem, edition)}#pdf")


def page_url(postmortem: PostMortem, edition: str) -> str:
    name = "admin:postmortems_postmortem_edition"
    return reverse(name, args=[postmortem.pk, edition])
