"""The form of a message: what was typed stays, whatever is asked for next."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.changes import Refused
from incidents.copying import FLAVOURS, html
from incidents.forms.clock_verbs import TargetField
from incidents.forms.refusals import add_refusal
from incidents.message_facts import NEXT_UPDATE
from incidents.message_page import MessagePage, Text, put_in
from incidents.playbooks.placeholders import PLACEHOLDERS
from incidents.sending import (
    GAPS,
    LONGEST_BODY,
    LONGEST_SUBJECT,
    RESTRICTED,
    Draft,
    worn,
)

ANSWER_ROWS = forms.Textarea(attrs={"rows": 2})
DOUBTS = (GAPS, RESTRICTED)


class Copy(NamedTuple):
    """The message in one flavour, ready to be copied."""

    code: str
    label: str
    text: str
    rows: int


class MessageForm(forms.Form):
    """Asks for what the record does not know; what is typed by hand wins.

    A text that nobody touched is filled anew each time, so that its times are those
    of the sending. In a touched one only the marks that are left are filled.
    """

    subject = forms.CharField(
        label=_("Subject"), required=False, max_length=LONGEST_SUBJECT
    )
    body = forms.CharField(
        label=_("Text"),
        max_length=LONGEST_BODY,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 14}),
        error_messages={"required": _("A message needs a text: write what they read.")},
    )
    next_in = TargetField(label=_("Next update in"))
    gaps = forms.BooleanField(required=False, widget=forms.HiddenInput)
    restricted = forms.BooleanField(required=False, widget=forms.HiddenInput)
    nonce = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    as_filled = forms.CharField(required=False, widget=forms.HiddenInput)
    promised = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, page: MessagePage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.page = page
        for number, words in enumerate(page.asks):
            self.fields[f"ask_{number}"] = forms.CharField(
                label=words[:1].upper() + words[1:],
                required=False,
                max_length=2_000,
                widget=ANSWER_ROWS,
            )
        if not page.promises:
            del self.fields["next_in"]
        else:
            self.fields["next_in"].help_text = self._about_the_next()
        if not self.is_bound:
            self._begin()

    def _about_the_next(self) -> str:
        if self.page.must_state:
            return gettext("Such as 30 min; the playbook wants it said each time.")
        if self.page.cadence:
            words = gettext("Such as 45 min; empty: in %s, as the playbook promises.")
            return words % self.page.cadence
        return gettext("Such as 30 min; empty: no other update is promised.")

    def _begin(self) -> None:
        """Show the text as it is filled now, unless one was given."""
        known = self.initial
        text = Text(known.get("subject", ""), known.get("body", ""))
        if "body" not in known:
            text = self.page.filled()
        promised = "|".join(self.page.promise(known.get("next_in_target")))
        begun = {"nonce": secrets.token_urlsafe(12), "promised": promised}
        if "as_filled" not in known:
            begun["as_filled"] = text.digest
        self.initial = {**begun, **text._asdict(), **known}

    @classmethod
    def looked_at(cls, posted: MessageForm) -> MessageForm:
        """Show it with the answers put in: as it would go out, and still to be sent."""
        typed = {name: posted.data.get(name, "") for name in posted.fields}
        text, was_touched = posted.text, posted.is_touched
        known = {**typed, **text._asdict(), "next_in_target": posted.stated}
        known["as_filled"] = "" if was_touched else text.digest
        known.pop("promised")
        return cls(initial=known, page=posted.page)

    @property
    def asked(self) -> list[Any]:
        """Give the fields of what the template asks the sender."""
        return [self[name] for name in self.fields if name.startswith("ask_")]

    @property
    def doubted(self) -> list[tuple[str, list[str]]]:
        """Give the doubts that this post was refused for, as (name, sentences)."""
        return [
            (name, [str(each) for each in self.errors[name]])
            for name in DOUBTS
            if name in self.errors
        ]

    @property
    def stated(self) -> Any:
        """Give in how long the next update comes, where that was written."""
        return self._cleaned.get("next_in")

    @property
    def _cleaned(self) -> dict[str, Any]:
        """Give what could be read, whatever else is wrong with the form."""
        if self.is_bound and self.errors is not None:
            return self.cleaned_data
        return {}

    @property
    def typed(self) -> Text:
        """Give subject and text as they were typed, without a browser's line ends."""
        subject, body = (str(self[name].value() or "") for name in ("subject", "body"))
        return Text(" ".join(subject.split()), "\n".join(body.splitlines()).strip())

    @property
    def is_touched(self) -> bool:
        return self.typed.digest != str(self["as_filled"].value() or "")

    @property
    def answers(self) -> dict[str, str]:
        return {
            words: str(self[f"ask_{number}"].value() or "").strip()
            for number, words in enumerate(self.page.asks)
        }

    @property
    def text(self) -> Text:
        """Give subject and text as they would go out now."""
        if not self.is_bound:
            return self.typed
        if self.page.message and not self.is_touched:
            return self.page.filled(self.answers, self.stated)
        promise = dict(zip(NEXT_UPDATE, self.page.promise(self.stated), strict=True))
        words = {_mark(name): said for name, said in promise.items()}
        subject, body = (put_in(text, self.answers | words) for text in self.typed)
        return Text(" ".join(subject.split()), self._with_promise(body))

    def _with_promise(self, body: str) -> str:
        """Let a text that names the next update name the one that is promised now."""
        was = str(self["promised"].value() or "").partition("|")
        at, span = self.page.promise(self.stated)
        if was[0] and at:
            body = body.replace(was[0], at)
        if was[2] and span and body.count(was[2]) == 1:
            body = body.replace(was[2], span)
        return body

    @property
    def draft(self) -> Draft:
        text = self.text
        return Draft(
            audience=self.page.audience,
            body=text.body,
            subject=text.subject,
            template=self.page.template,
            next_in=self.stated,
            nonce=str(self["nonce"].value() or ""),
        ).tidied()

    @property
    def as_read(self) -> Draft:
        """Give it as its reader sees it: marked, where it is a drill."""
        return worn(self.page.incident, self.draft)

    @property
    def as_html(self) -> str:
        return html(self.as_read.body)

    @property
    def copies(self) -> Iterator[Copy]:
        read = self.as_read
        for each in FLAVOURS:
            text = each.write(read.subject, read.body)
            rows = min(max(text.count("\n") + 2, 4), 16)
            yield Copy(each.code, str(each.label), text, rows)

    def take(self, action: str) -> bool:
        """Send it, or note that it was posted; False, with the reasons, if refused."""
        incident, by, at = self.page.incident, self.page.user, self.page.now
        try:
            if action == "copied":
                incident.record_copied(self.draft, by=by, at=at)
            else:
                sure = [name for name in DOUBTS if self.cleaned_data[name]]
                incident.send_message(self.draft, by=by, at=at, sure=sure)
        except Refused as refusal:
            add_refusal(self, refusal)
            return False
        return True


def _mark(name: str) -> str:
    """Give the words that stand in a text where this fact is missing."""
    meaning = str(PLACEHOLDERS[name])
    return meaning[:1].lower() + meaning[1:]
