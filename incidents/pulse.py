"""The pulse of an incident: whether its page has changed, asked in one query.

Every open page asks every quarter of a minute, so nothing is looked up first: what the
person's group allows is a condition of the same query, and that is put into SQL once in
a process. `visible_to` is the rule; the tests hold this to giving the same answers.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from django.contrib.auth.models import Permission
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Exists, Q, QuerySet

from incidents.querysets import SEE_RESTRICTED, VIEW_INCIDENT, open_or_close_to

if TYPE_CHECKING:
    from incidents.querysets import Person

# Stand for the two keys in the SQL; no row has such a key.
SOMEBODY, SOMETHING = -1, -2


def revision_for(user: Person, pk: int) -> int | None:
    """Give the incident's revision; None where this person does not see it."""
    if not user.is_active or user.pk is None:
        return None
    keys: dict[int | str, int] = {SOMEBODY: user.pk, SOMETHING: pk}
    sql, values = _question(user.is_superuser)
    with connection.cursor() as cursor:
        cursor.execute(sql, [keys.get(value, value) for value in values])
        row = cursor.fetchone()
    return int(row[0]) if row else None


@cache
def _question(of_superuser: bool) -> tuple[str, tuple[int | str, ...]]:
    """Put the condition of `visible_to`, permissions and all, into SQL."""
    from django.contrib.auth.models import User

    from incidents.models import Incident

    rows = Incident.objects.filter(pk=SOMETHING)
    if not of_superuser:
        close = open_or_close_to(User(pk=SOMEBODY))
        oversees = Q(Exists(_granting(SEE_RESTRICTED)))
        rows = rows.filter(Exists(_granting(VIEW_INCIDENT)), oversees | close)
    query = rows.order_by().values("revision").query
    sql, values = query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
    return sql, tuple(values)


def _granting(permission: str) -> QuerySet[Permission]:
    """Find the permission among those of the person's groups: nobody has others."""
    label, codename = permission.split(".")
    return Permission.objects.filter(
        group__user=SOMEBODY, codename=codename, content_type__app_label=label
    )
