"""What is asked of whoever brings a file of action items."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.models import Team

MOST_BYTES = 5 * 1024 * 1024


class UploadForm(forms.Form):
    """A file, and the team that answers for its rows without an incident."""

    file = forms.FileField(
        label=_("File"),
        max_length=200,
        help_text=_("CSV from a spreadsheet or a tracker, up to 5 MB and 10,000 rows."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
    )
    team = forms.ModelChoiceField(
        label=_("Team"),
        queryset=Team.objects.all(),
        help_text=_("It answers for the rows that name no incident."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        profile = getattr(user, "profile", None)
        self.fields["team"].initial = profile and profile.team_id

    def clean_file(self) -> UploadedFile[Any]:
        file: UploadedFile[Any] = self.cleaned_data["file"]
        size = file.size or 0
        if size > MOST_BYTES:
            sentence = gettext(
                "The file has %(there)s, and at most %(most)s are taken: split it."
            )
            facts = {
                "there": filesizeformat(size),
                "most": filesizeformat(MOST_BYTES),
            }
            raise forms.ValidationError(sentence % facts)
        return file
