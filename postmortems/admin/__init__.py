from __future__ import annotations

from postmortems.admin.library import LibraryAdmin
from postmortems.admin.postmortem import PostMortemAdmin

__all__ = ["LibraryAdmin", "PostMortemAdmin"]
