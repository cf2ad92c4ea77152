from __future__ import annotations

from typing import Any

from django import template

register = template.Library()


@register.inclusion_tag(
    "admin/postmortems/postmortem/_comments.html", takes_context=True
)
def section_comments(context: dict[str, Any], key: str) -> dict[str, Any]:
    """Show what is said of a section, while it is being written."""
    review, postmortem = context.get("review"), context["postmortem"]
    if review is None or not postmortem.is_draft:
        return {}
    thread = review.thread_of(key)
    return {
        "review": review,
        "postmortem": postmortem,
        "thread": thread,
        "section": thread.section if thread else None,
        "is_writing": bool(context.get("form")),
        "csrf_token": context.get("csrf_token"),
    }
