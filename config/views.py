"""Pages before the log-in: first start, invitation, forgotten password, locked out."""

from __future__ import annotations

import time
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off
from django.contrib import admin, messages
from django.contrib.auth import login
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_login_failed
from django.contrib.auth.views import PasswordResetConfirmView
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView, TemplateView
from django.views.generic.base import ContextMixin

from incidents import people
from incidents.changes import Refused
from incidents.forms.people import (
    FirstPasswordForm,
    FirstStartForm,
    ForgottenForm,
    NewPasswordForm,
)
from incidents.forms.refusals import add_refusal
from incidents.one_time_links import (
    invitation_tokens,
    reset_tokens,
    send_password_reset,
)

BACKEND = "incidents.backends.GroupBackend"
# Under this name axes counts wrong tokens like wrong passwords.
FIRST_START = {"username": "first start"}
# Longer than queueing a mail takes, so that the clock does not tell who is known.
LEAST_SECONDS = 0.4


class DoorMixin(ContextMixin):
    """What the frame of the admin needs to draw a page for somebody outside."""

    request: HttpRequest

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        frame = admin.site.each_context(self.request)
        return {**frame, **super().get_context_data(**kwargs)}


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class FirstStartView(DoorMixin, FormView[FirstStartForm]):
    """Makes the first administrator for who has the token; gone once there is one."""

    form_class = FirstStartForm
    template_name = "admin/first_start.html"
    extra_context = {"title": gettext_lazy("Welcome to Debrief")}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not people.needs_first_start():
            raise Http404
        if not AxesProxyHandler.is_allowed(request, FIRST_START):
            return locked_out(request)
        return super().dispatch(request, *args, **kwargs)

    def form_invalid(self, form: FirstStartForm) -> HttpResponse:
        if form.has_error("token", "token"):
            user_login_failed.send(
                __name__, credentials=FIRST_START, request=self.request
            )
        return super().form_invalid(form)

    def form_valid(self, form: FirstStartForm) -> HttpResponse:
        given = form.cleaned_data
        try:
            person = people.start(
                email=given["email"],
                password=given["password1"],
                name=given["name"],
                team=given["team"],
                zone=given["zone"],
                at=timezone.now(),
            )
        except Refused as refusal:
            add_refusal(form, refusal)
            return self.form_invalid(form)
        login(self.request, person, backend=BACKEND)
        messages.success(self.request, _("Debrief is yours. Invite your people next."))
        return redirect("admin:index")


class OneTimeLinkView(DoorMixin, PasswordResetConfirmView):
    """Where a link by mail leads; deactivated people find it dead."""

    post_reset_login = True
    post_reset_login_backend = BACKEND
    success_url = reverse_lazy("admin:index")
    template_name = "admin/set_password.html"

    def get_user(self, uidb64: str) -> User | None:
        person: User | None = super().get_user(uidb64)
        return person if person and person.is_active else None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if not context["validlink"]:
            context["title"] = _("This link leads nowhere")
        return context


class InvitationView(OneTimeLinkView):
    form_class = FirstPasswordForm
    token_generator = invitation_tokens
    title = gettext_lazy("Welcome to Debrief")
    extra_context = {"is_invitation": True}

    def get_initial(self) -> dict[str, Any]:
        return {"zone": people.profile_of(self.user).zone} if self.user else {}


class PasswordResetView(OneTimeLinkView):
    form_class = NewPasswordForm
    token_generator = reset_tokens
    title = gettext_lazy("Set a new password")


class ForgottenView(DoorMixin, FormView[ForgottenForm]):
    """Takes an address and answers the same, known or not, and as slowly."""

    form_class = ForgottenForm
    template_name = "admin/forgotten.html"
    success_url = reverse_lazy("password_forgotten_sent")
    extra_context = {"title": gettext_lazy("Forgotten your password?")}

    def form_valid(self, form: ForgottenForm) -> HttpResponse:
        began = time.monotonic()
        send_password_reset(form.cleaned_data["email"], at=timezone.now())
        time.sleep(max(0, began + LEAST_SECONDS - time.monotonic()))
        return super().form_valid(form)


class ForgottenSentView(DoorMixin, TemplateView):
    template_name = "admin/forgotten_sent.html"
    extra_context = {"title": gettext_lazy("Look into your mailbox")}


def locked_out(
    request: HttpRequest,
    original_response: HttpResponseBase | None = None,
    credentials: dict[str, Any] | None = None,
) -> HttpResponse:
    """Say how long to wait; axes calls it after too many failures."""
    wait = get_cool_off(request)
    context = {
        **admin.site.each_context(request),
        "title": _("Too many failed attempts"),
        "minutes": round(wait.total_seconds() / 60),
    }
    response = render(request, "admin/locked_out.html", context, status=429)
    response.headers["Retry-After"] = str(int(wait.total_seconds()))
    return response
