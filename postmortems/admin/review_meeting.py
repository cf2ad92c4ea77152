"""The page of the review meeting: calling it, its agenda, what was decided in it."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from incidents.admin.base import reported
from incidents.admin.lists import acting
from incidents.changes import Refused
from incidents.choices import CalendarMethod
from postmortems.admin.base import PostMortemBase
from postmortems.admin.review_meeting_steps import MEETING_STEPS
from postmortems.forms.review_meeting import MeetingForm, proposed, said_of
from postmortems.meeting_mail import calendar_of
from postmortems.meeting_page import MeetingPage
from postmortems.meetings import arrange
from postmortems.models import PostMortem
from postmortems.permissions import allowed
from postmortems.review_page import people_who_see


class MeetingMixin(PostMortemBase):
    def get_urls(self) -> list[Any]:
        ics = require_safe(self.ics_view)
        return [
            self.own("<int:pk>/meeting/", self.meeting_view, "meeting"),
            self.own("<int:pk>/meeting/invite.ics", ics, "meeting_ics"),
            self.own(
                "<int:pk>/meeting/<slug:step>/", self.meeting_step_view, "meeting_step"
            ),
            *super().get_urls(),
        ]

    def meeting_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the meeting; a post calls it, or changes the one there is."""
        postmortem = self.seen_or_404(request, str(pk))
        if request.method != "POST":
            return self.meeting_page(request, postmortem)
        if refusal := self.refusal(request, postmortem, "meet"):
            return refusal
        people = people_who_see(postmortem)
        form = MeetingForm(request.POST, incident=postmortem.incident, people=people)
        if not self.arranged(request, postmortem, form):
            return self.meeting_page(request, postmortem, form)
        return HttpResponseRedirect(self.meeting_url(postmortem))

    def arranged(
        self, request: HttpRequest, postmortem: PostMortem, form: MeetingForm
    ) -> bool:
        plan = form.plan() if form.is_valid() else None
        if plan is None:
            return False
        seen = form.cleaned_data["seen"] or 0
        by, at = acting(request), timezone.now()
        try:
            arrange(postmortem, plan, by=by, at=at, seen=seen)
        except Refused as refusal:
            form.show(refusal)
            return False
        messages.success(request, _("The meeting is saved; who comes hears by mail."))
        return True

    def meeting_page(
        self,
        request: HttpRequest,
        postmortem: PostMortem,
        form: MeetingForm | None = None,
        *,
        new: str = "",
    ) -> HttpResponse:
        page = MeetingPage(postmortem, timezone.now())
        may_change = allowed(request.user)["meet"]
        context: dict[str, Any] = {"page": page, "new": new}
        is_open = not (page.meeting and page.meeting.held_at)
        if may_change and is_open:
            context["form"] = form or self.meeting_form(postmortem, page)
        if may_change:
            context["item_form"] = self.item_form(request)
        status = 422 if form and form.errors else 200
        return self.shown(request, postmortem, "meeting", context, status=status)

    def meeting_form(self, postmortem: PostMortem, page: MeetingPage) -> MeetingForm:
        incident = postmortem.incident
        if page.meeting:
            initial = said_of(page.meeting)
        else:
            initial = proposed(incident, self.likely(postmortem), page.now)
        people = people_who_see(postmortem)
        known = {str(each.pk) for each in people}
        initial["attendees"] = [key for key in initial["attendees"] if key in known]
        return MeetingForm(initial=initial, incident=incident, people=people)

    def likely(self, postmortem: PostMortem) -> list[int]:
        """Name who had a part in it: its author, its reviewers, who held a role."""
        held = postmortem.incident.roles.exclude(held_at=None)
        reviewers = postmortem.reviewers.values_list("person_id", flat=True)
        roles = held.values_list("person_id", flat=True)
        return [postmortem.author_id, *reviewers, *roles]

    def item_form(self, request: HttpRequest) -> Any:
        from postmortems.forms.review_meeting import NewItemForm

        return NewItemForm() if request.user.has_perm(ADD_ITEM) else None

    def meeting_step_view(
        self, request: HttpRequest, pk: int, step: str
    ) -> HttpResponse:
        """Take a step of the meeting, and give its page again."""
        postmortem = self.seen_or_404(request, str(pk))
        if step not in MEETING_STEPS:
            raise Http404
        if refusal := self.refusal(request, postmortem, "meet"):
            return refusal
        taken, reference = MEETING_STEPS[step], postmortem.incident.reference
        if taken.needs and not request.user.has_perm(taken.needs):
            messages.error(request, _("Your group does not allow you to do this."))
            return HttpResponseRedirect(self.meeting_url(postmortem))
        by, at = acting(request), timezone.now()
        posted = request.POST.dict()
        said = partial(taken.said, postmortem, posted)
        with reported(request, reference, done=said):
            taken.take(postmortem, request.POST, by, at)
        return HttpResponseRedirect(self.meeting_url(postmortem) + taken.leads_to)

    def ics_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Give the meeting as a file that calendars open."""
        postmortem = self.seen_or_404(request, str(pk))
        page = MeetingPage(postmortem, timezone.now())
        if page.meeting is None or not page.is_on:
            raise Http404(_("No meeting is called."))
        text = calendar_of(page.meeting, CalendarMethod.REQUEST, now=page.now)
        name = f"{postmortem.incident.reference}-meeting.ics"
        return HttpResponse(
            text,
            content_type="text/calendar; charset=utf-8",
            headers={
                "Content-Disposition": f'attachment; filename="{name}"',
                "X-Content-Type-Options": "nosniff",
            },
        )

    @staticmethod
    def meeting_url(postmortem: PostMortem) -> str:
        return reverse("admin:postmortems_postmortem_meeting", args=[postmortem.pk])


ADD_ITEM = "incidents.add_actionitem"
