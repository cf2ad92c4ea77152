"""The weekly review of a team: begin, walk or list, decide, end, and read again."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from incidents.admin.item_list import ItemListMixin
from incidents.admin.lists import acting
from incidents.changes import Refused
from incidents.forms.refusals import add_refusal
from incidents.forms.review import Decision, NoteForm
from incidents.forms.rows import is_key
from incidents.models import Review, Team
from incidents.people import profile_of
from incidents.review_page import PastPage, ReviewPage
from incidents.reviews import begin, end, items_of, may_review, teams_of, write_note


class ReviewPages(ItemListMixin):
    def get_urls(self) -> list[Any]:
        guard = self.admin_site.admin_view
        return [
            path("review/", guard(self.review_view), name="incidents_review"),
            path(
                "review/<int:review_pk>/",
                guard(self.past_view),
                name="incidents_review_past",
            ),
            path(
                "review/<int:review_pk>/decide/<int:item_pk>/",
                guard(require_POST(self.decide_view)),
                name="incidents_review_decide",
            ),
            path(
                "review/<int:review_pk>/end/",
                guard(require_POST(self.end_view)),
                name="incidents_review_end",
            ),
            *super().get_urls(),
        ]

    def review_view(self, request: HttpRequest) -> HttpResponse:
        """Show a team's review; a post begins one."""
        teams = list(teams_of(request.user))
        team = chosen_team(request, teams)
        if request.method == "POST" and team:
            return self.begin(request, team)
        return self.review_page(request, team, teams=teams)

    def begin(self, request: HttpRequest, team: Team) -> HttpResponse:
        if not may_review(request.user):
            return refused(request, team)
        try:
            begin(team, by=acting(request), at=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
        return HttpResponseRedirect(address_of(team, request.POST.get("view", "")))

    def decide_view(
        self, request: HttpRequest, review_pk: int, item_pk: int
    ) -> HttpResponse:
        """Take the decision as a verb; a refused one comes back with its reasons."""
        review = review_or_404(request, review_pk)
        if not may_review(request.user):
            return refused(request, review.team)
        by, view = acting(request), request.POST.get("view", "")
        item = items_of(review.team, by).filter(pk=item_pk).first()
        if item is None:
            raise Http404(_("There is no such item, or not for you."))
        page = ReviewPage(review.team, by, timezone.now(), view=view, at=str(item_pk))
        decision = Decision(item, page.people, posted=request.POST)
        if decision.record(review, by=by, at=timezone.now()) and decision.step:
            messages.success(request, decision.step.result(item))
            then = request.POST.get("then", "")
            return HttpResponseRedirect(address_of(review.team, view, then))
        page.refused = decision
        return self.review_page(request, review.team, page=page)

    def end_view(self, request: HttpRequest, review_pk: int) -> HttpResponse:
        """Keep the note, and end the review unless it goes on."""
        review = review_or_404(request, review_pk)
        if not may_review(request.user):
            return refused(request, review.team)
        form = NoteForm(request.POST)
        if form.is_valid() and self.noted(request, review, form):
            if "end" in request.POST:
                target = reverse("admin:incidents_review_past", args=[review.pk])
                return HttpResponseRedirect(target)
            view = request.POST.get("view", "")
            return HttpResponseRedirect(address_of(review.team, view))
        return self.review_page(request, review.team, note=form)

    def noted(self, request: HttpRequest, review: Review, form: NoteForm) -> bool:
        note, seen = form.cleaned_data["note"], form.cleaned_data["seen_note"]
        try:
            if "end" in request.POST:
                end(review, note, seen=seen, at=timezone.now())
                messages.success(request, _("The review is over."))
            else:
                write_note(review, note, seen=seen)
                messages.success(request, _("The note is saved."))
        except Refused as refusal:
            add_refusal(form, refusal)
            review.refresh_from_db()
            form.data = {**request.POST.dict(), "seen_note": review.note}
            return False
        return True

    def past_view(self, request: HttpRequest, review_pk: int) -> HttpResponse:
        """Show a review that is over; one that goes on is at its team's address."""
        review = review_or_404(request, review_pk)
        if review.ended_at is None:
            return HttpResponseRedirect(address_of(review.team))
        page = PastPage(review, acting(request))
        title = _("Review of %s") % review.team
        return self.show(request, "review_past", title=title, page=page)

    def review_page(
        self,
        request: HttpRequest,
        team: Team | None,
        *,
        page: ReviewPage | None = None,
        teams: list[Team] | None = None,
        note: NoteForm | None = None,
    ) -> HttpResponse:
        by, query = acting(request), request.GET
        if page is None and team is not None:
            view, at = query.get("view", ""), query.get("item", "")
            page = ReviewPage(team, by, timezone.now(), view=view, at=at)
        answer = self.show(
            request,
            "review",
            title=_("Weekly review"),
            teams=teams_of(by) if teams is None else teams,
            page=page,
            note=note or (page and page.note),
            may_review=may_review(by),
        )
        if (page and page.refused) or (note and note.errors):
            answer.status_code = 422
        return answer


def chosen_team(request: HttpRequest, teams: list[Team]) -> Team | None:
    """Find the team that is asked for, else the person's own, else the first."""
    asked = request.POST.get("team") or request.GET.get("team") or ""
    if asked:
        found = [team for team in teams if is_key(asked) and team.pk == int(asked)]
        if not found:
            raise Http404(_("There is no such team, or not for you."))
        return found[0]
    own = profile_of(acting(request)).team_id
    return next((t for t in teams if t.pk == own), teams[0] if teams else None)


def review_or_404(request: HttpRequest, pk: int) -> Review:
    seen = Review.objects.filter(team__in=teams_of(request.user))
    review = seen.select_related("team", "began_by").filter(pk=pk).first()
    if review is None:
        raise Http404(_("There is no such review, or not for you."))
    return review


def address_of(team: Team, view: str = "", item: str = "") -> str:
    """Give where the team's review goes on."""
    asked = {"team": str(team.pk)}
    if view == "list":
        asked["view"] = view
    elif is_key(item):
        asked["item"] = item
    return f"{reverse('admin:incidents_review')}?{urlencode(asked)}"


def refused(request: HttpRequest, team: Team) -> HttpResponse:
    messages.error(request, _("Your group does not allow you to do this."))
    return HttpResponseRedirect(address_of(team))
