"""The tables of post-mortems; import from here, not from the modules inside."""

from __future__ import annotations

from postmortems.models.postmortem import PostMortem, Section
from postmortems.models.report import Report

__all__ = ["PostMortem", "Report", "Section"]
