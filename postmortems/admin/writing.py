"""The writing page of a post-mortem: texts, what is typed and not saved, previews."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    JsonResponse,
)
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.admin.lists import acting
from incidents.changes import Refused
from incidents.forms.persons import BY_NAME
from incidents.names import name_of
from incidents.permissions import ITEM_PERMISSION
from postmortems.admin.sections import SectionsMixin
from postmortems.forms import WriteForm, unsaved_in
from postmortems.forms.fields import TEXT, tidied
from postmortems.models import Draft, PostMortem
from postmortems.models.section import is_too_long
from postmortems.papers_page import Papers
from postmortems.permissions import allowed
from postmortems.readiness import Readiness
from postmortems.recurrence_page import happened_before
from postmortems.review_page import ReviewPage
from postmortems.screen import ScreenProse
from postmortems.versions import Versions
from postmortems.writing_page import WritingPage
from postmortems.written_page import WrittenPage


class WritingMixin(SectionsMixin):
    def get_urls(self) -> list[Any]:
        return [
            self.own("<int:pk>/draft/", self.draft_view, "draft"),
            self.own("<int:pk>/preview/", self.preview_view, "preview"),
            *super().get_urls(),
        ]

    def draft_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Keep what is being typed, for this person alone."""
        postmortem = self.seen_or_404(request, str(pk))
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not allowed(request.user)["write"]:
            refused = _("Your group does not allow you to do this.")
            return JsonResponse({"refused": refused}, status=403)
        now = timezone.now()
        try:
            texts = unsaved_in(request.POST, postmortem)
            Draft.keep(postmortem, texts, by=acting(request), at=now)
        except Refused as refusal:
            return JsonResponse({"refused": str(refusal)}, status=422)
        local = timezone.localtime(now, postmortem.incident.team.zone)
        return JsonResponse({"kept": f"{local:%H:%M}"})

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show a text as it will print: a fragment, or without scripts a page."""
        postmortem = self.seen_or_404(request, str(pk))
        if refusal := self.refusal(request, postmortem, "write"):
            return refusal
        key = request.POST.get("section", "").replace("\0", "")
        section = get_object_or_404(postmortem.sections, key=key)
        text = tidied(request.POST.get(TEXT + key, ""))
        context: dict[str, Any] = {"section": section}
        if is_too_long(text):
            context["too_long"] = section.too_long().sentence
        else:
            screen = ScreenProse(acting(request), postmortem.incident, [text])
            context["html"] = screen.html(text)
        is_fragment = request.headers.get("X-Fragment") == "1"
        name = "_preview" if is_fragment else "preview"
        return self.shown(request, postmortem, name, context)

    def written(self, request: HttpRequest, form: WriteForm) -> bool:
        return form.is_valid() and form.save(by=acting(request), at=timezone.now())

    def page(
        self,
        request: HttpRequest,
        postmortem: PostMortem,
        form: WriteForm | None = None,
    ) -> TemplateResponse:
        """Show the page to write on, or to who may not what was written."""
        person, now = acting(request), timezone.now()
        may_write = allowed(person)["write"]
        review = ReviewPage(postmortem, person)
        # Asked for while nothing has been read: see there.
        digest = review.digest if postmortem.is_draft else ""
        if may_write and postmortem.is_draft:
            context = self.desk(request, review, form)
        else:
            page = WrittenPage(
                postmortem, person, now, may_write=may_write, digest=digest
            )
            context = {"page": page}
        if postmortem.is_draft:
            context["papers"] = Papers(postmortem, now)
        context["versions"] = Versions(postmortem, now)
        context["review"] = review
        return self.shown(
            request, postmortem, "page", context, status=422 if form else 200
        )

    def desk(
        self, request: HttpRequest, review: ReviewPage, form: WriteForm | None
    ) -> dict[str, Any]:
        postmortem, person = review.postmortem, review.person
        form = form or WriteForm(
            postmortem=postmortem,
            draft=postmortem.drafts.filter(person=person).first(),
            restored=self.restored(request, postmortem),
        )
        people = User.objects.filter(is_active=True).order_by(*BY_NAME)
        page = WritingPage(postmortem, form, timezone.now(), review.digest)
        if person.has_perm(ITEM_PERMISSION):
            review.asked_here = frozenset(map(str, form.unsettled.forms))
        return {
            "form": form,
            "page": page,
            "readiness": Readiness.of(
                postmortem, person, page.now, page.snapshot, review.blockers
            ),
            "before": happened_before(person, postmortem.incident),
            "people": [(each.pk, name_of(each)) for each in people],
        }
