"""The steps of writing that a button takes: lines, sections, marks, the author."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth.models import User
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from incidents.changes import Refused
from incidents.choices import DeadlineKind
from incidents.forms.rows import is_key
from postmortems.admin.step import Step
from postmortems.choices import SectionKind
from postmortems.forms.unsettled import DUE, ITEM, OWNER, Unsettled
from postmortems.models import Finding

if TYPE_CHECKING:
    from postmortems.models import PostMortem, Section

Posted = Mapping[str, str]


def line_of(postmortem: PostMortem, posted: Posted) -> Finding:
    """Give the line that a button stands at, if it still is there."""
    key = posted.get("line", "")
    mine = Finding.objects.filter(section__postmortem=postmortem)
    if not is_key(key):
        raise Http404
    found = mine.select_related("section").filter(pk=key).first()
    if found is None:
        raise Refused.because("gone", _now("This line is no longer there."))
    return found


def section_of(postmortem: PostMortem, posted: Posted) -> Section:
    key = posted.get("section", "").replace("\0", "")
    return get_object_or_404(postmortem.sections, key=key)


def raise_item(pm: PostMortem, posted: Posted, by: User, at: datetime) -> None:
    pm.raise_item(line_of(pm, posted), by=by, at=at)


def raised(pm: PostMortem, posted: Posted) -> str:
    """Say of the item of a line what it still lacks: its date may be set by a rule."""
    item = line_of(pm, posted).item
    if item and item.due_on:
        sentence = _now("It is an action item now, due %s: say who does it.")
        return sentence % date_format(item.due_on, "D j M Y")
    return _now("It is an action item now: say who does it, and by when.")


def move_up(pm: PostMortem, posted: Posted, by: User, at: datetime) -> None:
    pm.move(line_of(pm, posted), -1, by=by, at=at)


def move_down(pm: PostMortem, posted: Posted, by: User, at: datetime) -> None:
    pm.move(line_of(pm, posted), 1, by=by, at=at)


def show(pm: PostMortem, posted: Posted, by: User, at: datetime) -> None:
    pm.switch(section_of(pm, posted), shown=True, by=by, at=at)


def leave_out(pm: PostMortem, posted: Posted, by: User, at: datetime) -> None:
    pm.switch(section_of(pm, posted), shown=False, by=by, at=at)


def tell(pm: PostMortem, posted: Posted, by: User, at: datetime) -> None:
    """Let customers read a line or a section."""
    _tell(pm, posted, True, by, at)


def keep(pm: PostMortem, posted: Posted, by: User, at: datetime) -> None:
    """Keep a line or a section from customers."""
    _tell(pm, posted, False, by, at)


def _tell(pm: PostMortem, posted: Posted, public: bool, by: User, at: datetime) -> None:
    if "line" in posted:
        line = line_of(pm, posted)
        was = {"is_public": line.is_public}
        pm.describe(line, was=was, is_public=public, by=by, at=at)
    else:
        pm.switch(section_of(pm, posted), public=public, by=by, at=at)


def add_section(pm: PostMortem, posted: Posted, by: User, at: datetime) -> str:
    after = section_of(pm, posted)
    title = posted.get(f"title-{after.key}", "").replace("\0", "")
    kinds = {SectionKind.TEXT, SectionKind.LIST}
    kind = posted.get(f"kind-{after.key}", "")
    kind = kind if kind in kinds else SectionKind.TEXT
    depth = after.depth
    made = pm.add_section(title, kind=kind, after=after, depth=depth, by=by, at=at)
    return f"#section-{made.key}"


def remove_section(pm: PostMortem, posted: Posted, by: User, at: datetime) -> str:
    pm.remove_section(section_of(pm, posted), by=by, at=at)
    return "#writing"


def discard(pm: PostMortem, posted: Posted, by: User, at: datetime) -> str:
    pm.drafts.filter(person=by).delete()
    return "#writing"


def hand_to(pm: PostMortem, posted: Posted, by: User, at: datetime) -> str:
    """Make somebody else the author."""
    keys = [posted.get(name, "") for name in ("author", "instead_of")]
    people = {str(each.pk): each for each in _people(keys)}
    if not people.keys() >= set(keys):
        raise Refused.because("author", _now("Choose who is to write it."))
    person, before = (people[key] for key in keys)
    pm.hand_to(person, instead_of=before, by=by, at=at)
    return "#author"


def set_item(pm: PostMortem, posted: Posted, by: User, at: datetime) -> str:
    """Give an action item the owner and the date that stand beside the button."""
    key = posted.get("item", "")
    found = pm.incident.items.filter(pk=key).first() if is_key(key) else None
    if found is None:
        raise Http404
    if not any(posted.get(f"{ITEM}{key}-{name}") for name in (OWNER, DUE)):
        sentence = _now("Choose who does it, or by when.")
        raise Refused.because("nothing", sentence)
    # What came along with a text is given by now; then nothing is left to do.
    Unsettled(pm, posted).take(by=by, at=at)
    line = Finding.objects.filter(section__postmortem=pm, item=found).first()
    return f"#line-{line.pk}" if line else f"#item-{key}"


def report_sent(pm: PostMortem, posted: Posted, by: User, at: datetime) -> None:
    """Say that the incident report that was due went out."""
    key = posted.get("deadline", "")
    if not is_key(key):
        raise Http404
    reports = pm.incident.deadlines.filter(kind=DeadlineKind.REPORT)
    pm.incident.meet_deadline(get_object_or_404(reports, pk=key), by=by, at=at)


def _people(keys: list[str]) -> list[User]:
    return list(User.objects.filter(pk__in=[key for key in keys if is_key(key)]))


WRITING_STEPS = {
    "raise_item": Step(raise_item, raised),
    "move_up": Step(move_up),
    "move_down": Step(move_down),
    "show": Step(show, _("The section is in the document again.")),
    "leave_out": Step(leave_out, _("The section is left out of the document.")),
    "tell": Step(tell, _("Customers read it in their edition.")),
    "keep": Step(keep, _("It stays out of the edition for customers.")),
    "add_section": Step(add_section, _("The section is added.")),
    "remove_section": Step(remove_section, _("The section is gone.")),
    "discard": Step(discard, _("Your unsaved text is thrown away.")),
    "hand_to": Step(hand_to, _("The post-mortem has another author.")),
    "set_item": Step(set_item, _("Noted with the action item.")),
    "report_sent": Step(report_sent, _("Noted: the report is out."), "#state"),
}
