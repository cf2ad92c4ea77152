"""Who does an action item, and by when, asked for where the post-mortem is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.models import User
from django.db.models import Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from incidents.changes import Blocker, Refused
from incidents.forms.persons import BY_NAME, PersonField
from incidents.forms.rows import is_key
from incidents.names import name_of
from incidents.permissions import ITEM_PERMISSION
from postmortems.forms.fields import WRITING

if TYPE_CHECKING:
    from incidents.models import ActionItem
    from postmortems.models import PostMortem

ITEM, OWNER, DUE = "item-", "owner", "due_on"
# The rest are asked for when these are settled: each has a list of all people.
MOST_AT_ONCE = 20
IN_FORM = {"form": WRITING}


class SettleForm(forms.Form):
    """What one item lacks; what it has is not asked for."""

    owner = PersonField(
        label=_("Owner"), empty_label=_("nobody"), widget=forms.Select(attrs=IN_FORM)
    )
    due_on = forms.DateField(
        label=_("Due"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", **IN_FORM}, format="%Y-%m-%d"),
    )

    def __init__(self, data: Any = None, *, item: ActionItem) -> None:
        super().__init__(data, prefix=f"{ITEM}{item.pk}", label_suffix="")
        self.item = item

    @property
    def owner_name(self) -> str:
        return name_of(self.item.owner)

    def ask(self, people: list[tuple[str, str]]) -> None:
        """Ask for what is lacking, of all the people, who are looked up once."""
        for name, has in ((OWNER, self.item.owner_id), (DUE, self.item.due_on)):
            if has:
                del self.fields[name]
        if OWNER in self.fields:
            self.fields[OWNER].widget.choices = people

    def take(self, *, by: User, at: datetime) -> None:
        """Give the item what was chosen and it lacks, or raise Refused."""
        item, blockers = self.item, list[Blocker]()
        if not self.is_valid():
            problems = [each for several in self.errors.values() for each in several]
            blockers = [Blocker("invalid", str(each), "item") for each in problems]
        said = self.cleaned_data
        try:
            if said.get(OWNER) and said[OWNER] != item.owner:
                item.assign(said[OWNER], by=by, at=at)
            if said.get(DUE) and said[DUE] != item.due_on:
                if item.due_on:
                    sentence = _now("It is already due on %s.") % item.due_on
                    raise Refused.because("date_moved", sentence)
                reason = _now("set with the post-mortem")
                item.move_due_date(said[DUE], by=by, at=at, reason=reason)
        except Refused as refusal:
            blockers += refusal.blockers
        if blockers:
            named = _now("Action item “%(item)s”: %(what)s")
            raise Refused(
                Blocker(each.code, named % {"item": item, "what": each.sentence})
                for each in blockers
            )


class Unsettled:
    """The pending items that lack an owner or a date, and what was posted of them."""

    def __init__(
        self, postmortem: PostMortem, posted: Mapping[str, str] | None
    ) -> None:
        self.pending = postmortem.incident.items.pending().select_related("owner")
        self.posted = posted

    @cached_property
    def forms(self) -> dict[int, SettleForm]:
        """Give a form for each of the first of them, by the item's key."""
        lacking = self.pending.filter(Q(owner=None) | Q(due_on=None)).worst_first()
        shown = {
            item.pk: SettleForm(self.posted, item=item)
            for item in lacking[:MOST_AT_ONCE]
        }
        people = self._people() if shown else []
        for form in shown.values():
            form.ask(people)
        return shown

    def take(self, *, by: User, at: datetime) -> None:
        """Settle the items of which something was chosen; all of them or none."""
        keys = set(self._chosen())
        if not keys or not by.has_perm(ITEM_PERMISSION):
            return
        for item in self.pending.filter(pk__in=keys):
            SettleForm(self.posted, item=item).take(by=by, at=at)

    def _chosen(self) -> Iterator[str]:
        for name, value in (self.posted or {}).items():
            key, _dash, field = name.removeprefix(ITEM).partition("-")
            if name.startswith(ITEM) and field in {OWNER, DUE} and value:
                yield from [key] if is_key(key) else []

    @staticmethod
    def _people() -> list[tuple[str, str]]:
        people = User.objects.filter(is_active=True).order_by(*BY_NAME)
        return [
            ("", _now("nobody")),
            *((str(each.pk), name_of(each)) for each in people),
        ]
