"""The review of a post-mortem: who is asked, who agrees, what is said of sections."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from incidents.admin.base import reported
from incidents.admin.lists import acting
from incidents.changes import Refused, locked
from incidents.forms.rows import is_key
from postmortems.admin.base import PostMortemBase
from postmortems.admin.step import READ, READ_AT
from postmortems.forms import WriteForm
from postmortems.forms.fields import tidied
from postmortems.forms.review import AskForm
from postmortems.models import PostMortem, Section, SectionComment
from postmortems.models.postmortem_review import CHANGED
from postmortems.permissions import allowed, may_review
from postmortems.review_page import ReviewPage
from postmortems.reviewing import ask
from postmortems.section_changes import changes_since

SAID = "comment-"


class ReviewMixin(PostMortemBase):
    def get_urls(self) -> list[Any]:
        comments = "<int:pk>/comments/"
        return [
            self.own("<int:pk>/review/ask/", self.ask_view, "ask"),
            self.own("<int:pk>/review/approve/", self.approve_view, "approve"),
            self.own("<int:pk>/review/withdraw/", self.withdraw_view, "withdraw"),
            self.own(f"{comments}<slug:key>/", self.comments_view, "comments"),
            self.own(f"{comments}<int:comment_pk>/settle/", self.settle_view, "settle"),
            *super().get_urls(),
        ]

    def ask_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask people for a review; `again` names one who was asked before."""
        postmortem = self.seen_or_404(request, str(pk))
        if refusal := self.refusal(request, postmortem, "ask"):
            return refusal
        review = ReviewPage(postmortem, acting(request))
        again = request.POST.get("again", "")
        if again:
            self.ask_again(request, review, again)
            return self.back(postmortem, "#review")
        form = AskForm(request.POST, people=review.candidates)
        if not form.is_valid():
            page = self.page(request, postmortem)
            (page.context_data or {})["review"].ask_form = form
            page.status_code = 422
            return page
        people, note = form.cleaned_data["people"], form.cleaned_data["note"]
        done = _("They are asked by mail.")
        with reported(request, postmortem.incident.reference, done=done):
            ask(postmortem, people, by=acting(request), at=timezone.now(), note=note)
        return self.back(postmortem, "#review")

    def ask_again(self, request: HttpRequest, review: ReviewPage, again: str) -> None:
        """Ask a reviewer once more, unless that was done since the page was made."""
        seen = request.POST.get("asked", "")
        for line in review.reviewers:
            row = line.reviewer
            if str(row.person_id) != again or row.asked_at.isoformat() != seen:
                continue
            by, at = acting(request), timezone.now()
            done = _("%s is asked once more.") % line.name
            reference = review.postmortem.incident.reference
            with reported(request, reference, done=done):
                ask(review.postmortem, [row.person], by=by, at=at)

    def approve_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Agree to the text as it is; what was typed along with it is saved first."""
        postmortem = self.seen_or_404(request, str(pk))
        if answer := self.kept_out(request, postmortem):
            return answer
        answer, seen = self.saved_and_read(request, postmortem)
        if answer:
            return answer
        done = _("You approve the text as it is now.")
        with (
            reported(request, postmortem.incident.reference, done=done),
            news_told(request, postmortem),
        ):
            postmortem.approve(by=acting(request), at=timezone.now(), seen=seen)
        return self.back(postmortem, "#review")

    def withdraw_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        postmortem = self.seen_or_404(request, str(pk))
        if answer := self.kept_out(request, postmortem):
            return answer
        done = _("You no longer approve the text.")
        with reported(request, postmortem.incident.reference, done=done):
            postmortem.withdraw_approval(by=acting(request), at=timezone.now())
        return self.back(postmortem, "#review")

    def comments_view(self, request: HttpRequest, pk: int, key: str) -> HttpResponse:
        """Show what is said of a section, or say more: a fragment, or the page."""
        postmortem = self.seen_or_404(request, str(pk))
        section = get_object_or_404(postmortem.sections, key=key)
        if request.method == "GET":
            return self.thread(request, postmortem, section)
        if answer := self.kept_out(request, postmortem):
            return answer
        if answer := self.saved_along(request, postmortem):
            return answer
        said = tidied(request.POST.get(f"{SAID}{section.key}", ""))
        try:
            by, at = acting(request), timezone.now()
            postmortem.comment(section, said, by=by, at=at)
        except Refused as refusal:
            return self.thread(request, postmortem, section, said, refusal)
        return self.thread_or_back(request, postmortem, section)

    def settle_view(
        self, request: HttpRequest, pk: int, comment_pk: int
    ) -> HttpResponse:
        """Resolve a comment, or open it again with `reopen`."""
        postmortem = self.seen_or_404(request, str(pk))
        mine = SectionComment.objects.filter(section__postmortem=postmortem)
        found = mine.filter(pk=comment_pk) if is_key(str(comment_pk)) else mine.none()
        comment = get_object_or_404(found.select_related("section"))
        if answer := self.kept_out(request, postmortem):
            return answer
        if answer := self.saved_along(request, postmortem):
            return answer
        resolved = "reopen" not in request.POST
        with reported(request, postmortem.incident.reference):
            by, at = acting(request), timezone.now()
            postmortem.settle(comment, resolved=resolved, by=by, at=at)
        return self.thread_or_back(request, postmortem, comment.section)

    def kept_out(
        self, request: HttpRequest, postmortem: PostMortem
    ) -> HttpResponse | None:
        """Answer who may not review it, or comes without a post; else nothing."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if may_review(acting(request), postmortem):
            return None
        sentence = _("Who may write and who was asked to review may do this.")
        messages.error(request, sentence)
        return self.back(postmortem)

    def saved_and_read(
        self, request: HttpRequest, postmortem: PostMortem
    ) -> tuple[HttpResponse | None, str]:
        """Save what came along; give the fingerprint of what its sender has read.

        With it comes the answer where that could not be saved.
        """
        seen = request.POST.get(READ, "")
        with locked(postmortem):
            has_read = seen == postmortem.text_digest()
            answer = self.saved_along(request, postmortem)
            if has_read and answer is None:
                # What they have just saved, they have read.
                seen = postmortem.text_digest()
        return answer, seen

    def saved_along(
        self, request: HttpRequest, postmortem: PostMortem
    ) -> HttpResponse | None:
        """Save the text that came with a button of the writing page.

        Gives the page with both texts where somebody else wrote meanwhile.
        """
        if "writing" not in request.POST or not allowed(request.user)["write"]:
            return None
        form = WriteForm(request.POST, postmortem=postmortem)
        written = form.is_valid() and form.save(by=acting(request), at=timezone.now())
        if not written:
            return self.page(request, postmortem, form)
        if form.has_changed():
            messages.success(request, _("The text is saved."))
        return None

    def page(
        self,
        request: HttpRequest,
        postmortem: PostMortem,
        form: WriteForm | None = None,
    ) -> TemplateResponse:
        raise NotImplementedError  # the writing page gives it

    def thread_or_back(
        self, request: HttpRequest, postmortem: PostMortem, section: Section
    ) -> HttpResponse:
        if request.headers.get("HX-Request") == "true":
            return self.thread(request, postmortem, section)
        return self.back(postmortem, f"#comments-{section.key}")

    def thread(
        self,
        request: HttpRequest,
        postmortem: PostMortem,
        section: Section,
        said: str = "",
        refusal: Refused | None = None,
    ) -> HttpResponse:
        """Show one section's comments, with what could not be said and why."""
        if not postmortem.is_draft and refusal is None:
            raise Http404
        review = ReviewPage(postmortem, acting(request))
        context = {
            "review": review,
            "thread": review.thread(section),
            "section": section,
            "said": said,
            "refusal": refusal,
            "is_own_page": True,
        }
        is_fragment = request.headers.get("HX-Request") == "true"
        if is_fragment:
            writes = allowed(request.user)["write"] and postmortem.is_draft
            context |= {"is_own_page": False, "is_writing": writes, "is_swap": True}
        name = "_comments" if is_fragment else "comments"
        status = 422 if refusal and not is_fragment else 200
        return self.shown(request, postmortem, name, context, status=status)

    @staticmethod
    def back(postmortem: PostMortem, place: str = "") -> HttpResponseRedirect:
        return HttpResponseRedirect(postmortem.get_absolute_url() + place)


@contextmanager
def news_told(request: HttpRequest, postmortem: PostMortem) -> Iterator[None]:
    """Name what others saved since the page was made, where that stops a step."""
    try:
        yield
    except Refused as refusal:
        since = _moment(request.POST.get(READ_AT, ""))
        if since and any(each.code == CHANGED for each in refusal.blockers):
            _tell_news(request, postmortem, since)
        raise


def _tell_news(request: HttpRequest, postmortem: PostMortem, since: datetime) -> None:
    changes = changes_since(postmortem, since, besides=acting(request))
    links = [(each.url, each.section.title) for each in changes]
    if not links:
        name = "admin:postmortems_postmortem_timeline"
        links = [(reverse(name, args=[postmortem.pk]), _("what the timeline tells"))]
    said = format_html_join(", ", '<a href="{}">{}</a>', links)
    lead = _("Changed by others since you opened the page:")
    messages.warning(request, format_html("{} {}", lead, said))


def _moment(said: str) -> datetime | None:
    """Read a time that a page was given; nothing where somebody else made it up."""
    try:
        at = parse_datetime(said)
    except ValueError:
        return None
    return at if at and timezone.is_aware(at) else None
