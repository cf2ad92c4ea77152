from __future__ import annotations

from django import forms

from incidents.changes import Refused


def add_refusal(form: forms.BaseForm, refusal: Refused) -> None:
    """Show each reason at the field that mends it, the others above the form."""
    for blocker in refusal.blockers:
        field = blocker.field if blocker.field in form.fields else None
        form.add_error(field, blocker.sentence)
