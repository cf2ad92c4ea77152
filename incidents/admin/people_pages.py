"""The pages about people: inviting, one person, steps on them, own settings."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from incidents import people
from incidents.admin.base import DebriefAdmin, reported
from incidents.admin.lists import acting
from incidents.changes import Refused
from incidents.forms.people import (
    HandOnForm,
    OwnSettingsForm,
    PersonForm,
    PlacedForm,
)
from incidents.forms.refusals import add_refusal
from incidents.handing_on import Held, held_by
from incidents.item_feed import make_feed, revoke_feed
from incidents.names import name_of
from incidents.pager_trial import try_pager

# More rows would not fit into one form.
MOST_HANDED_ON = 200


class PeoplePages(DebriefAdmin[User]):
    def get_urls(self) -> list[Any]:
        """Put the pages of people before the stock ones."""
        guard = self.admin_site.admin_view
        step, hand_on = require_POST(self.step_view), require_POST(self.hand_on_view)
        feed = require_POST(self.feed_view)
        trial = require_POST(self.pager_trial_view)
        return [
            path("me/", guard(self.settings_view), name="auth_user_me"),
            path("me/feed/", guard(feed), name="auth_user_feed"),
            path("me/page/", guard(trial), name="auth_user_pager_trial"),
            path("<int:pk>/hand-on/", guard(hand_on), name="auth_user_hand_on"),
            path("<int:pk>/step/<slug:step>/", guard(step), name="auth_user_step"),
            *super().get_urls(),
        ]

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = PlacedForm(request.POST or None, by=acting(request))
        if form.is_valid() and (person := _invite(request, form)):
            return redirect("admin:auth_user_change", person.pk)
        return self._page(request, "invite", _("Invite somebody"), form=form)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        person = self.visible_or_404(request, object_id)
        if request.method == "POST":
            self._require_managing(request, person)
        form = _person_form(request, person, request.POST or None)
        if form.is_valid() and _place(request, person, form):
            return redirect("admin:auth_user_change", person.pk)
        return self._person_page(request, person, form)

    def step_view(self, request: HttpRequest, pk: int, step: str) -> HttpResponse:
        person = self.visible_or_404(request, str(pk))
        self._require_managing(request, person)
        if step not in (steps := _steps()):
            raise Http404
        verb, done = steps[step]
        name = name_of(person)
        with reported(request, name, done=done % name):
            verb(person, by=acting(request))
        return redirect("admin:auth_user_change", pk)

    def hand_on_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        person = self.visible_or_404(request, str(pk))
        self._require_managing(request, person)
        held = {row.key: row for row in _held(request, person)}
        form = HandOnForm(request.POST, keys=held, person=person)
        if not form.is_valid():
            placing = _person_form(request, person, None)
            return self._person_page(request, person, placing, hand_on=form)
        for key in form.cleaned_data["held"]:
            _hand_on(request, held[key], form.cleaned_data["to"])
        return redirect("admin:auth_user_change", pk)

    def settings_view(self, request: HttpRequest) -> HttpResponse:
        """Let everybody keep their own name, zone, digest hour and absence."""
        person, now = acting(request), timezone.now()
        form = own_settings(person, request.POST or None)
        if form.is_valid():
            with reported(request, person, done=_("Your settings are saved.")):
                people.keep_settings(person, **form.cleaned_data)
            _warn_of_absence(request, form.cleaned_data["stand_in"], now)
            return redirect("admin:auth_user_me")
        return self.settings_page(request, form)

    def feed_view(self, request: HttpRequest) -> HttpResponse:
        """Make the address of one's calendar anew, shown this once, or take it away."""
        person = acting(request)
        if "revoke" in request.POST:
            revoke_feed(person)
            sentence = _("The address of your calendar is worth nothing any more.")
            messages.success(request, sentence)
            return redirect("admin:auth_user_me")
        address = make_feed(person, at=timezone.now())
        person.refresh_from_db()
        return self.settings_page(request, own_settings(person), address=address)

    def pager_trial_view(self, request: HttpRequest) -> HttpResponse:
        """Send one line to one's own urgent address."""
        person = acting(request)
        try:
            address = try_pager(person, at=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("A page to %s is on its way.") % address)
        return redirect("admin:auth_user_me")

    def settings_page(
        self, request: HttpRequest, form: OwnSettingsForm, *, address: str = ""
    ) -> HttpResponse:
        made_at = people.profile_of(acting(request)).feed_made_at
        context = {"form": form, "address": address, "made_at": made_at}
        return self._page(request, "me", _("Your settings"), **context)

    def _require_managing(self, request: HttpRequest, person: User) -> None:
        if not self.has_change_permission(request, person):
            raise PermissionDenied

    def _person_page(
        self, request: HttpRequest, person: User, form: PersonForm, **context: Any
    ) -> HttpResponse:
        may_change = self.has_change_permission(request, person)
        held = _held(request, person) if may_change else []
        context.setdefault("hand_on", HandOnForm(keys=(), person=person))
        context |= {"form": form, "may_change": may_change, "held": held}
        context |= {"is_cut": len(held) == MOST_HANDED_ON, "original": person}
        return self._page(
            request, "person", name_of(person), **_facts(person), **context
        )

    def _page(
        self, request: HttpRequest, name: str, title: str, **context: Any
    ) -> HttpResponse:
        frame = self.admin_site.each_context(request)
        template = f"admin/auth/user/{name}.html"
        return TemplateResponse(
            request, template, {**frame, "title": title, "opts": self.opts, **context}
        )


def own_settings(person: User, posted: Any = None) -> OwnSettingsForm:
    now = timezone.now()
    initial = OwnSettingsForm.about(person, now)
    return OwnSettingsForm(posted, initial=initial, person=person, now=now)


def _warn_of_absence(
    request: HttpRequest, stand_in: User | None, now: datetime
) -> None:
    """Say so where who stands in is away too; the person decides what to do."""
    profile = people.profile_of(stand_in) if stand_in else None
    if profile and profile.away_until and profile.away_until >= now.date():
        day = date_format(profile.away_until, "j M Y")
        sentence = _("%(who)s is away too, until %(day)s.")
        words = {"who": name_of(stand_in), "day": day}
        messages.warning(request, sentence % words)


def _facts(person: User) -> dict[str, Any]:
    state = people.state_of(person)
    return {
        "profile": people.profile_of(person),
        "group": people.group_of(person),
        "state": state,
        "badge": people.STATE_BADGES[state],
    }


def _steps() -> dict[str, Any]:
    """Name the steps on a person: the verb, and what is said when it worked."""
    now = timezone.now()
    return {
        "invite-again": (
            partial(people.invite_again, at=now),
            _("A new invitation to %s is on its way."),
        ),
        "deactivate": (
            people.deactivate,
            _("%s is deactivated and logged out everywhere."),
        ),
        "reactivate": (
            partial(people.reactivate, at=now),
            _("%s is back, and a mail to set a new password is on its way."),
        ),
    }


def _held(request: HttpRequest, person: User) -> list[Held]:
    return held_by(person, seen_by=acting(request))[:MOST_HANDED_ON]


def _hand_on(request: HttpRequest, held: Held, to: User) -> None:
    done = _("%(what)s: now with %(who)s.") % {"what": held, "who": name_of(to)}
    with reported(request, held, done=done):
        held.hand_on(to, by=acting(request), at=timezone.now())


def _invite(request: HttpRequest, form: PlacedForm) -> User | None:
    try:
        person = people.invite(
            **form.cleaned_data, by=acting(request), at=timezone.now()
        )
    except Refused as refusal:
        add_refusal(form, refusal)
        return None
    sent = _("An invitation to %s is on its way.") % person.email
    messages.success(request, sent)
    return person


def _person_form(request: HttpRequest, person: User, posted: Any) -> PersonForm:
    return PersonForm(posted, initial=PersonForm.about(person), by=acting(request))


def _place(request: HttpRequest, person: User, form: PersonForm) -> bool:
    try:
        people.place(person, **form.cleaned_data, by=acting(request))
    except Refused as refusal:
        add_refusal(form, refusal)
        return False
    messages.success(request, _("Saved."))
    return True
