"""Hints at words that blame: what they are is data, in `hints.yaml`."""

from __future__ import annotations

from postmortems.wording.hints import NOBODY, Hint, Names, hints_in

__all__ = ["NOBODY", "Hint", "Names", "hints_in"]
