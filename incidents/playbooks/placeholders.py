"""What a message template may hold between braces: a closed, documented set.

A placeholder is data: a name, for `role`, `ask` and `now` with something behind it.
Nothing in it is run, looked up on an object or read a second time.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.playbooks.near import excerpt, listed, nearest
from incidents.targets import How, NotATarget, Target

# Each is filled from the incident; what is not known yet is marked, never left blank.
PLACEHOLDERS = {
    "title": _("What is happening, in a few words"),
    "reference": _("The reference of the incident"),
    "severity": _("The code of its severity"),
    "severity_name": _("The name of its severity"),
    "status": _("Its status, in the playbook's words"),
    "public_status": _("What a status page calls its status"),
    "summary": _("Its summary"),
    "impact": _("Who is affected, and how"),
    "services": _("The services it touches"),
    "features": _("The features it touches"),
    "users": _("How many users are affected"),
    "transactions": _("How many transactions are affected"),
    "data_loss": _("Whether data was lost"),
    "revenue": _("The revenue lost"),
    "cause": _("The kind of cause"),
    "lead": _("Who leads it"),
    "roles": _("Who holds which role, a line each"),
    "responders": _("Everybody who holds a role"),
    "channel": _("Where it is talked about"),
    "started": _("When it started"),
    "detected": _("When it was detected"),
    "declared": _("When it was declared"),
    "root_cause_at": _("When the root cause was found"),
    "fix_deployed_at": _("When the fix was deployed"),
    "mitigated": _("When users were no longer affected"),
    "resolved": _("When it was resolved"),
    "timeline": _("The milestones with their times, a line each"),
    "entries": _("The latest entries of the timeline, a line each"),
    "items": _("Its action items, a line each"),
    "now": _("The present; also computed, as in {now + 15 min}"),
    "elapsed": _("How long it has been going on"),
    "duration": _("How long it took"),
    "next_update": _("When the next update to this audience is due"),
    "next_update_in": _("How long until then, such as 30 min"),
    "review": _("When the review takes place, or is due"),
    "status_page": _("The address of the status page"),
    "link": _("The address of the incident in Debrief"),
    "postmortem_link": _("The address of its post-mortem"),
    "team": _("The team that works it"),
    "sender": _("Who sends the message"),
    "role": _("Who holds a role: {role:communications}"),
    "ask": _("What the sender must write: {ask:what has been tried}"),
}

BETWEEN_BRACES = re.compile(r"\{([^{}\n]*)\}")
LATER = re.compile(r"now\s*\+\s*(?P<span>.+)")
WITH_ARGUMENT = ("role", "ask")


class NotAPlaceholder(ValueError):
    """A text between braces that stands for nothing; says what to write instead."""


@dataclass(frozen=True)
class Placeholder:
    """A name of the set; `argument` is of role and ask, `later` of now."""

    name: str
    argument: str = ""
    later: Target | None = None

    @property
    def key(self) -> str:
        """Give the name under which its fact is found."""
        return f"{self.name}:{self.argument}" if self.argument else self.name

    @classmethod
    def read(cls, words: str) -> Placeholder:
        """Read what stands between braces, or raise NotAPlaceholder."""
        if match := LATER.fullmatch(words):
            return cls("now", later=_span(match["span"]))
        name, colon, argument = words.partition(":")
        if name in WITH_ARGUMENT:
            if not argument.strip():
                example = "role:lead" if name == "role" else "ask:what has been tried"
                sentence = gettext("say which: {%s}") % example
                raise NotAPlaceholder(sentence)
            return cls(name, argument.strip())
        if name not in PLACEHOLDERS or colon:
            raise NotAPlaceholder(_advice(name))
        return cls(name)


def read_all(text: str) -> Iterator[Placeholder]:
    """Give the placeholders of a text in their order; the wrong ones are left out."""
    for words in BETWEEN_BRACES.findall(text):
        try:
            yield Placeholder.read(words)
        except NotAPlaceholder:
            continue


def problems(text: str, roles: Collection[str]) -> list[str]:
    """Say in sentences what of a template's text would stand for nothing."""
    found = []
    for words in BETWEEN_BRACES.findall(text):
        try:
            placeholder = Placeholder.read(words)
        except NotAPlaceholder as error:
            found.append(_problem(words, str(error)))
            continue
        if placeholder.name == "role" and placeholder.argument not in roles:
            found.append(_problem(words, _near_role(placeholder.argument, roles)))
    if re.search("[{}]", BETWEEN_BRACES.sub("", text)):
        sentence = gettext("a brace stands alone: write { and } around a placeholder.")
        found.append(sentence)
    return found


def _problem(words: str, advice: str) -> str:
    return gettext("“{%(words)s}” is no placeholder: %(advice)s.") % {
        "words": excerpt(words),
        "advice": advice,
    }


def _span(words: str) -> Target:
    """Read what is added to the present: so many minutes or hours."""
    try:
        target = Target.parse(words)
    except NotATarget as error:
        raise NotAPlaceholder(str(error).rstrip(".")) from None
    if target.how != How.ELAPSED:
        sentence = gettext("add minutes or hours, as in {now + 15 min}")
        raise NotAPlaceholder(sentence)
    return target


def _advice(name: str) -> str:
    near = nearest(name.strip(), PLACEHOLDERS)
    if not near:
        return gettext("write one such as {title}, {now + 15 min} or {ask:…}")
    example = f"{near}:…" if near in WITH_ARGUMENT else near
    return gettext("write {%s}") % example


def _near_role(code: str, roles: Collection[str]) -> str:
    if near := nearest(code, roles):
        return gettext("write {role:%s}") % near
    return gettext("the roles are %s") % listed(roles)
