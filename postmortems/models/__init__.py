"""The tables of post-mortems; import from here, not from the modules inside."""

from __future__ import annotations

from postmortems.models.draft import Draft
from postmortems.models.finding import Finding
from postmortems.models.postmortem import PostMortem
from postmortems.models.publication import Publication
from postmortems.models.report import Report
from postmortems.models.review import Meeting, Reviewer, SectionComment
from postmortems.models.search_entry import SearchEntry
from postmortems.models.section import Section

__all__ = [
    "Draft",
    "Finding",
    "Meeting",
    "PostMortem",
    "Publication",
    "Report",
    "Reviewer",
    "SearchEntry",
    "Section",
    "SectionComment",
]
