"""The forms that decide about a post-mortem against the playbook."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from incidents.forms.verb_form import VerbForm


class OverruleForm(VerbForm):
    """Asks why, and shows why the playbook says otherwise."""

    reason = forms.CharField(label=_("Why?"), max_length=500)
    at = None  # type: ignore[assignment]

    @property
    def about(self) -> str:
        return self.incident.postmortem_reason

    def arguments(self) -> dict[str, Any]:
        return {"reason": self.cleaned_data["reason"]}


class RequireForm(OverruleForm):
    verb, heading, button = (
        "require_postmortem",
        _("Require a post-mortem"),
        _("Require it"),
    )
    done = _("A post-mortem is required.")


class WaiveForm(OverruleForm):
    verb, heading, button = (
        "waive_postmortem",
        _("Waive the post-mortem"),
        _("Waive it"),
    )
    done = _("The post-mortem is waived.")


class FollowRuleForm(VerbForm):
    verb, heading, button = (
        "follow_postmortem_rule",
        _("Judge the post-mortem by the playbook"),
        _("Follow the playbook"),
    )
    done = _("The post-mortem is judged by the playbook again.")
    at = None  # type: ignore[assignment]


OVERRULE_FORMS = (RequireForm, WaiveForm, FollowRuleForm)
