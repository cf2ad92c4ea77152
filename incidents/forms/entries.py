"""What is asked for an entry of the timeline, for pinning one and striking one out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.choices import ENTRY_KINDS, Kind
from incidents.forms.rows import is_key
from incidents.forms.verb_form import VerbForm
from incidents.images import (
    MEDIA_TYPES,
    MOST_BYTES,
    MOST_IMAGES,
    Picture,
    Unusable,
    drawn_anew,
)
from incidents.models import TimelineEvent


class ImagesInput(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Any]:
        getlist = getattr(files, "getlist", None)
        return list(getlist(name)) if getlist else []


class ImagesField(forms.Field):
    """Any number of images, each drawn anew before the step is taken."""

    widget = ImagesInput(attrs={"accept": ",".join(MEDIA_TYPES.values())})

    def clean(self, value: list[UploadedFile[Any]]) -> list[Picture]:
        if len(value) > MOST_IMAGES:
            sentence = gettext("At most %s images go with an entry: write two.")
            raise forms.ValidationError(sentence % MOST_IMAGES)
        pictures, problems = [], []
        for file in value:
            try:
                pictures.append(_picture(file))
            except Unusable as unusable:
                problems.append(str(unusable))
        if problems:
            raise forms.ValidationError(problems)
        return pictures


def _picture(file: UploadedFile[Any]) -> Picture:
    size, name = file.size or 0, str(file.name)
    if size > MOST_BYTES:
        sentence = gettext(
            "“%(name)s” has %(size)s, and at most %(most)s are taken: crop it, or "
            "scale it down, and choose it again."
        )
        sizes = {"size": filesizeformat(size), "most": filesizeformat(MOST_BYTES)}
        raise Unusable(sentence % {"name": name, **sizes})
    return drawn_anew(file, name)


class NoteForm(VerbForm):
    verb, heading, button = "note", _("Write an entry"), _("Write")
    done, leads_to = "", "#entry"
    text = forms.CharField(
        label=_("What happened?"),
        max_length=10_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[(each.value, each.label) for each in ENTRY_KINDS],
        initial=Kind.NOTE,
        required=False,
    )
    images = ImagesField(
        label=_("Images"),
        required=False,
        help_text=_(
            "PNG, JPEG or WebP, each up to 10 MB. They are drawn anew: places and "
            "camera data are left out, and of an animated one the first frame is kept."
        ),
    )
    words = forms.CharField(
        label=_("What the images show"),
        max_length=300,
        required=False,
        help_text=_("For those who do not see them."),
    )

    def arguments(self) -> dict[str, Any]:
        words = self.cleaned_data["words"]
        return {
            "text": self.cleaned_data["text"],
            "kind": self.cleaned_data["kind"] or Kind.NOTE,
            "images": [replace(e, words=words) for e in self.cleaned_data["images"]],
            "once": True,
        }

    def result(self) -> str:
        """Say where an entry of another day went: it is out of sight."""
        at = timezone.localtime(self.cleaned_data["at"])
        if at.date() == timezone.localtime(self.now).date():
            return ""
        day = f"{at:%A, %-d %B %Y, %H:%M %Z}"
        return gettext("The entry stands under %s.") % day


class EntryStepForm(VerbForm):
    """A step on one entry, which the address or the button names."""

    entry = forms.ModelChoiceField(
        queryset=TimelineEvent.objects.none(),
        widget=forms.HiddenInput,
        error_messages={
            "required": _("Choose an entry of this incident."),
            "invalid_choice": _("Choose an entry of this incident."),
        },
    )
    at = None  # type: ignore[assignment]

    def prepare(self) -> None:
        entry: Any = self.fields["entry"]
        entry.queryset = self.incident.timeline.all()

    @property
    def about(self) -> str:
        """Quote the entry that is meant."""
        asked = str(self["entry"].value() or "")
        rows = self.incident.timeline.filter(pk=asked) if is_key(asked) else ()
        return next((f"“{row.text}”" for row in rows), "")

    def arguments(self) -> dict[str, Any]:
        return {"entry": self.cleaned_data["entry"]}


class PinForm(EntryStepForm):
    verb, heading, button = "pin", _("Pin an entry"), _("Pin")
    done, leads_to = "", "#pinned"


class UnpinForm(EntryStepForm):
    verb, heading, button = "unpin", _("Unpin an entry"), _("Unpin")
    done, leads_to = "", "#time-title"


class StrikeForm(EntryStepForm):
    verb, heading, button = "strike", _("Strike out an entry"), _("Strike it out")
    done = _("The entry is struck out.")
    because = forms.CharField(
        label=_("Why?"),
        max_length=500,
        help_text=_(
            "It stays on the timeline, crossed out, with your name and this reason. "
            "Messages and the post-mortem leave it out."
        ),
    )

    def arguments(self) -> dict[str, Any]:
        return {**super().arguments(), "because": self.cleaned_data["because"]}


ENTRY_FORMS: tuple[type[VerbForm], ...] = (NoteForm, PinForm, UnpinForm, StrikeForm)
