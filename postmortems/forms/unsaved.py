"""What the writing page sends while somebody types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from incidents.changes import Refused
from incidents.forms.rows import is_key
from postmortems.forms.fields import LINE, NEW, SEEN, TEXT, tidied
from postmortems.models import Finding

if TYPE_CHECKING:
    from django.http import QueryDict

    from postmortems.models import PostMortem
    from postmortems.models.draft import Unsaved


def unsaved_in(posted: QueryDict, postmortem: PostMortem) -> Unsaved:
    """Read the texts, of this post-mortem alone, with what their writer saw."""
    if not postmortem.is_draft:
        raise Refused.because("published", _("It is published: nothing is kept."))
    names = [name for name in posted if name.startswith((LINE, NEW, TEXT))]
    known = _known(names, postmortem)
    return {
        name: (tidied(posted.get(SEEN + name, "")), tidied(str(posted[name])))
        for name in names
        if name in known
    }


def _known(names: list[str], postmortem: PostMortem) -> set[str]:
    keys = postmortem.sections.values_list("key", flat=True)
    known = {start + key for key in keys for start in (TEXT, NEW)}
    lines = [name.removeprefix(LINE) for name in names if name.startswith(LINE)]
    wanted = [int(key) for key in lines if is_key(key)]
    # Of a line that somebody has just taken away the text is kept all the same.
    mine = Finding.history.filter(id__in=wanted, section__postmortem=postmortem)
    return known | {f"{LINE}{pk}" for pk in mine.values_list("id", flat=True)}
