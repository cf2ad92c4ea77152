from __future__ import annotations

from postmortems.admin.postmortem import PostMortemAdmin

__all__ = ["PostMortemAdmin"]
