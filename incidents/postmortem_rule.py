"""Whether an incident needs a post-mortem, by its playbook, and why."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _

from incidents.durations import say
from incidents.playbooks.schema import PlaybookDocument

# What the incident has room for; a playbook may name any number of tags.
LONGEST_REASON = 200


@dataclass(frozen=True)
class Verdict:
    """Whether it is required, and why, or what would change that."""

    required: bool
    reason: str

    @classmethod
    def of(cls, required: bool, reason: str) -> Verdict:
        """Judge with as much of the reason as an incident can keep."""
        is_long = len(reason) > LONGEST_REASON
        return cls(required, f"{reason[: LONGEST_REASON - 1]}…" if is_long else reason)


def verdict_on(
    document: PlaybookDocument,
    code: str,
    *,
    is_declared: bool = True,
    impact: timedelta = timedelta(),
    tags: Collection[str] = (),
) -> Verdict:
    """Judge an incident of this severity by the playbook's rule."""
    rule = document.postmortem.required
    touched = sorted(set(rule.tags) & set(tags))
    if touched:
        return Verdict.of(
            True, _("It touches a service tagged %s.") % ", ".join(touched)
        )
    if not is_declared:
        return Verdict(False, _("A ticket needs none, unless it is promoted."))
    if rule.every_declared:
        return Verdict(True, _("Every declared incident needs one."))
    if code in rule.severities:
        return Verdict(True, _("Every %s needs one.") % code)
    long = rule.impact
    if long and code in long.severities and impact > long.over.span:
        return Verdict(
            True,
            _("A %(code)s with more than %(span)s of impact needs one.")
            % {"code": code, "span": say(long.over.span)},
        )
    return Verdict.of(False, _what_would_change_it(document, code))


def _what_would_change_it(document: PlaybookDocument, code: str) -> str:
    rule = document.postmortem.required
    causes = []
    if rule.impact and code in rule.impact.severities:
        causes.append(_("more than %s of impact") % say(rule.impact.over.span))
    if rule.tags:
        causes.append(_("a service tagged %s") % ", ".join(rule.tags))
    if rule.severities:
        causes.append(_("severity %s") % ", ".join(rule.severities))
    if not causes:
        return _("The playbook asks for none.")
    return _("Not by itself; it would need one with %s.") % _(" or ").join(causes)
