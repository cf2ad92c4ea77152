"""The forms of an alert source: who sends, and where in it what is found."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.alerts.mappings import LISTS, PATHS, Mapping, written_of
from incidents.alerts.paths import BadPath, read_paths
from incidents.alerts.raising import codes_of, severity_of
from incidents.alerts.reading import MOST_BYTES, Unreadable, read
from incidents.alerts.starts import OF_KIND
from incidents.forms.list_field import numbered_lines
from incidents.forms.setup import SetUpForm
from incidents.models import AlertSource, Service, Team

MOST_WORDS, MOST_LETTERS = 100, 80


class AlertSourceForm(SetUpForm[AlertSource]):
    team = forms.ModelChoiceField(
        label=_("Team"),
        queryset=Team.objects.all(),
        help_text=_("Whose incidents its alerts become, by their playbook."),
    )
    service = forms.ModelChoiceField(
        label=_("Service"),
        queryset=Service.objects.filter(is_retired=False),
        required=False,
        empty_label=_("none"),
        help_text=_("Where the alert names none that is known here."),
    )

    class Meta:
        model = AlertSource
        fields = (
            *("name", "team", "kind", "is_signed"),
            *("severity", "service", "recovery", "is_active"),
        )
        labels = {
            "name": _("Name"),
            "kind": _("What sends"),
            "is_signed": _("It signs what it sends"),
            "severity": _("Severity"),
            "recovery": _("When it recovers"),
            "is_active": _("Active"),
        }
        help_texts = {
            "is_signed": _(
                "For scripts and programs of your own. Alertmanager and Grafana do not "
                "sign as we do: for them the address is the secret."
            ),
            "severity": _(
                "The code an incident begins with if the alert says none, such as P2."
            ),
            "is_active": _("Whatever comes from a source that is not is turned away."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            self.initial.setdefault("is_signed", False)

    def clean(self) -> dict[str, Any]:
        """Take a severity only if the team's playbook has it."""
        cleaned = super().clean()
        team, code = cleaned.get("team"), cleaned.get("severity", "").strip()
        if team is None or not code:
            return cleaned
        if severity := severity_of(team, code):
            cleaned["severity"] = severity.code
            return cleaned
        sentence = gettext(
            "The playbook of %(team)s has no “%(code)s”. It has: %(all)s."
        )
        told = {"team": team, "code": code[:20], "all": ", ".join(codes_of(team))}
        self.add_error("severity", sentence % told)
        return cleaned


class MappingForm(forms.Form):
    """Paths and words by which a source is read, and a sample to try them on."""

    each = forms.CharField(
        label=_("The alerts"),
        required=False,
        help_text=_(
            "Where they stand, such as alerts[*]; the paths below begin at each of "
            "them, and $. begins at the whole. Empty: the whole is one alert."
        ),
    )
    key = forms.CharField(
        label=_("What it is called"),
        required=False,
        help_text=_(
            "Stays the same while it goes on: while an incident with it is open, "
            "there is no second. Where it is missing, the title serves."
        ),
    )
    title = forms.CharField(
        label=_("Title"),
        required=False,
        help_text=_("Several paths are tried in turn: a.b or c.d"),
    )
    status = forms.CharField(label=_("Status"), required=False)
    recovered = forms.CharField(
        label=_("Words for “it is well again”"),
        required=False,
        help_text=_("Separated by commas. With any other status it is firing."),
    )
    ignored = forms.CharField(
        label=_("Words for “it means nothing”"),
        required=False,
        help_text=_("Nothing is done about these, such as pending."),
    )
    severity = forms.CharField(label=_("Severity"), required=False)
    severities = forms.CharField(
        label=_("What its severities are here"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_(
            "One a line, such as critical = P1. A code of the playbook needs no line; "
            "for any other word it is the severity of the source."
        ),
    )
    summary = forms.CharField(label=_("Summary"), required=False)
    service = forms.CharField(
        label=_("Service"), required=False, help_text=_("Known here by the same name.")
    )
    link = forms.CharField(label=_("Link"), required=False)
    started = forms.CharField(label=_("Since when"), required=False)
    sample = forms.CharField(
        label=_("A sample of what it sends"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false"}),
        help_text=_("Paste a real one. It is tried here, and not kept."),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        source: AlertSource,
        start: dict[str, Any] | None = None,
        sample: str = "",
    ) -> None:
        self.source = source
        written = start or written_of(source)
        first = {name: written[name] for name in PATHS}
        first |= {name: ", ".join(written[name]) for name in LISTS}
        lines = (f"{word} = {code}" for word, code in written["severities"].items())
        first |= {"severities": "\n".join(lines), "seen": fingerprint(source)}
        first["sample"] = sample or OF_KIND[source.kind].sample_text
        super().__init__(data, initial=first)
        for name in PATHS:
            self.fields[name].widget.attrs |= {"spellcheck": "false"}

    def clean(self) -> dict[str, Any]:
        for name in PATHS:
            self._check_path(name)
        for name in LISTS:
            self._split(name)
        self._read_severities()
        return self.cleaned_data

    def written(self) -> dict[str, Any]:
        """Give the mapping as it is written here, in full."""
        return {n: self.cleaned_data[n] for n in (*PATHS, *LISTS, "severities")}

    def mapping(self) -> Mapping:
        return Mapping(self.written())

    def differences(self) -> dict[str, Any]:
        """Give what differs from the mapping of its kind: what is stored."""
        usual = OF_KIND[self.source.kind].mapping
        return {n: v for n, v in self.written().items() if v != usual[n]}

    def read_sample(self) -> dict[str, Any] | None:
        """Read the sample as it would be read; None, with the reason, where not."""
        raw = self.cleaned_data["sample"].encode()
        if len(raw) > MOST_BYTES:
            sentence = gettext("The sample is larger than %d KiB.")
            self.add_error("sample", sentence % (MOST_BYTES // 1024))
            return None
        try:
            return read(raw)
        except Unreadable as unreadable:
            self.add_error("sample", str(unreadable))
            return None

    def is_stale(self, source: AlertSource) -> bool:
        """Say so where somebody else changed it since this page was made."""
        if self.cleaned_data["seen"] == fingerprint(source):
            return False
        sentence = gettext("It was changed meanwhile: open the page anew.")
        self.add_error(None, sentence)
        return True

    def _check_path(self, name: str) -> None:
        if name not in self.cleaned_data:
            return
        try:
            read_paths(self.cleaned_data[name])
        except BadPath as error:
            self.add_error(name, str(error))

    def _split(self, name: str) -> None:
        words = [w.strip() for w in self.cleaned_data.get(name, "").split(",")]
        self.cleaned_data[name] = words = list(dict.fromkeys(filter(None, words)))
        if len(words) > MOST_WORDS or any(len(each) > MOST_LETTERS for each in words):
            self.add_error(name, self._too_much())
            self.cleaned_data[name] = []

    def _read_severities(self) -> None:
        codes = {code.casefold(): code for code in codes_of(self.source.team)}
        found: dict[str, str] = {}
        for number, line in numbered_lines(self.cleaned_data.get("severities", "")):
            word, equals, code = (part.strip() for part in line.partition("="))
            if not word or not equals or code.casefold() not in codes:
                sentence = gettext(
                    "Line %(number)d: write a word, an equals sign, and one of "
                    "%(codes)s."
                )
                told = {"number": number, "codes": ", ".join(codes.values())}
                self.add_error("severities", sentence % told)
                break
            found[word] = codes[code.casefold()]
        if len(found) > MOST_WORDS or any(len(each) > MOST_LETTERS for each in found):
            self.add_error("severities", self._too_much())
        self.cleaned_data["severities"] = found

    def _too_much(self) -> str:
        sentence = gettext("At most %(words)d words of %(letters)d characters.")
        return sentence % {"words": MOST_WORDS, "letters": MOST_LETTERS}


def fingerprint(source: AlertSource) -> str:
    """Tell two mappings of a source apart."""
    text = json.dumps(source.mapping, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
