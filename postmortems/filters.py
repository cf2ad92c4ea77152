"""What the list of post-mortems can be filtered by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from incidents.filters import Choice, FilterBar, Toggle
from incidents.models import Team

if TYPE_CHECKING:
    from incidents.querysets import ChildQuerySet
    from postmortems.models import PostMortem

    Rows = ChildQuerySet[PostMortem]


class PostMortemFilter(FilterBar):
    mine = Toggle(label=_("Mine"), method="keep_mine")
    state = Choice(
        label=_("State"),
        anything=_("Any"),
        choices=[("draft", _("Draft")), ("published", _("Published"))],
        method="keep_state",
    )
    team = Choice(label=_("Team"), anything=_("Any"), field_name="incident__team")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("team", Team.objects.all())

    def keep_mine(self, rows: Rows, name: str, value: bool) -> Rows:
        return rows.filter(author=self.person.pk) if value else rows

    def keep_state(self, rows: Rows, name: str, value: str) -> Rows:
        return rows.filter(published_at__isnull=value == "draft")
