"""The forms of the writing page."""

from __future__ import annotations

from postmortems.forms.factor import FactorForm
from postmortems.forms.unsaved import unsaved_in
from postmortems.forms.writing import WriteForm

__all__ = ["FactorForm", "WriteForm", "unsaved_in"]
