"""Changes plain fields of a locked row without overwriting what others wrote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from incidents.changes import Change


def amend_fields(
    change: Change[Any],
    changes: Mapping[str, tuple[Any, Any]],
    *,
    allowed: frozenset[str],
) -> list[str]:
    """Set what differs, refuse what somebody else changed; return the labels set."""
    labels = []
    for name, (seen, new) in changes.items():
        if name not in allowed:
            raise ValueError(f"{name} has a verb of its own")
        field = change.row._meta.get_field(name)
        stored = stored_in(change.row, name)
        if stored == new:
            continue
        if stored != seen:
            sentence = _("“%(field)s” was changed meanwhile and now is: %(value)s") % {
                "field": field.verbose_name,
                "value": shown(change.row, name),
            }
            change.refuse("stale", sentence, name)
            continue
        labels.append(str(field.verbose_name))
        if field.many_to_many:
            getattr(change.row, name).set(new)
            change.put_list((each.pk for each in stored), (each.pk for each in new))
        else:
            change.set(**{name: new})
    change.stop_if_blocked()
    return labels


def stored_in(row: models.Model, name: str) -> Any:
    """Give what the row holds, of a many-to-many field its rows."""
    if row._meta.get_field(name).many_to_many:
        return set(getattr(row, name).all())
    return getattr(row, name)


def shown(row: models.Model, name: str) -> str:
    """Say what the row holds, in the words of its choices."""
    value = stored_in(row, name)
    if isinstance(value, set):
        return ", ".join(sorted(str(each) for each in value)) or _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    labels = dict(getattr(row._meta.get_field(name), "flatchoices", ()))
    return _("nothing") if value in (None, "") else str(labels.get(value, value))
