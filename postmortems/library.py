"""The library: published post-mortems, what they can be narrowed down by, and how
each is shown. Whoever may not see an incident finds it in no row, choice or count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import Count, F, OrderBy, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from incidents.choices import CauseCategory
from incidents.filters import LAST_DAY, Choice, Day, FilterBar, start_of
from postmortems.choices import FactorCategory
from postmortems.models import Finding, SearchEntry
from postmortems.search import terms_of
from postmortems.snippets import marked, snippet

if TYPE_CHECKING:
    from postmortems.querysets import SearchEntryQuerySet
    from postmortems.search import Term

INCIDENT = "postmortem__incident"
# When it happened, as far as anybody knows.
HAPPENED = Coalesce(f"{INCIDENT}__started_at", f"{INCIDENT}__declared_at")
FACTOR = "factor-"


class LibraryFilter(FilterBar):
    service = Choice(label=_("Service"), anything=_("Any"), method="keep_service")
    cause = Choice(label=_("Cause"), anything=_("Any"), method="keep_cause")
    severity = Choice(
        label=_("Severity"), anything=_("Any"), field_name=f"{INCIDENT}__severity"
    )
    team = Choice(label=_("Team"), anything=_("Any"), field_name=f"{INCIDENT}__team")
    since = Day(label=_("Happened from"), method="keep_since")
    until = Day(label=_("Happened to"), method="keep_until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seen = self.queryset.order_by()
        found = _found(seen, str(self.data.get(SEARCH_VAR) or ""))
        offered = {
            "service": _counted(seen, found, f"{INCIDENT}__services", "name"),
            "cause": _causes(seen, found),
            "severity": _severities(seen, found),
            "team": _counted(seen, found, f"{INCIDENT}__team", "name"),
        }
        for name, choices in offered.items():
            self.filters[name].extra["choices"] = choices

    def keep_service(
        self, rows: SearchEntryQuerySet, name: str, value: str
    ) -> SearchEntryQuerySet:
        return rows.filter(**{f"{INCIDENT}__services": value})

    def keep_cause(
        self, rows: SearchEntryQuerySet, name: str, value: str
    ) -> SearchEntryQuerySet:
        if not value.startswith(FACTOR):
            return rows.filter(**{f"{INCIDENT}__cause_category": value})
        found = Finding.objects.filter(category=value.removeprefix(FACTOR))
        return rows.filter(pk__in=found.values("section__postmortem"))

    def keep_since(
        self, rows: SearchEntryQuerySet, name: str, value: date
    ) -> SearchEntryQuerySet:
        return rows.alias(happened=HAPPENED).filter(happened__gte=start_of(value))

    def keep_until(
        self, rows: SearchEntryQuerySet, name: str, value: date
    ) -> SearchEntryQuerySet:
        day_after = start_of(min(value, LAST_DAY) + timedelta(days=1))
        return rows.alias(happened=HAPPENED).filter(happened__lt=day_after)


def _with_count(label: object, count: int) -> str:
    return f"{label} ({count})"


def _found(rows: SearchEntryQuerySet, typed: str) -> Q:
    """Tell what is counted: of all that is offered, what says the words."""
    return Q(pk__in=rows.matching(typed).values("pk")) if terms_of(typed) else Q()


def _counted(
    rows: SearchEntryQuerySet, found: Q, path: str, *columns: str
) -> list[tuple[str, str]]:
    """Offer what these rows have, each with how many of those found have it."""
    names = [f"{path}__{column}" for column in columns]
    counts = rows.exclude(**{path: None}).values_list(path, *names).order_by(*names)
    return [
        (str(key), _with_count(" ".join(words), count))
        for key, *words, count in counts.annotate(
            rows=Count("pk", filter=found, distinct=True)
        )
    ]


def _severities(rows: SearchEntryQuerySet, found: Q) -> list[Any]:
    """Offer severities under the names of their playbooks, the worst first."""
    path = f"{INCIDENT}__severity"
    columns = ("playbook__name", "rank", "code", "name")
    names = [f"{path}__{column}" for column in columns]
    counts = rows.values_list(path, *names).order_by(*names)
    counted = counts.annotate(rows=Count("pk", filter=found))
    groups: dict[str, list[tuple[str, str]]] = {}
    for key, playbook, _rank, code, name, count in counted:
        label = _with_count(f"{code} {name}", count)
        groups.setdefault(playbook, []).append((str(key), label))
    return list(groups.items())


def _causes(rows: SearchEntryQuerySet, found: Q) -> list[Any]:
    """Offer causes of the record and categories of the factors people named."""
    path = f"{INCIDENT}__cause_category"
    recorded = dict(
        rows.values_list(path)
        .annotate(rows=Count("pk", filter=found))
        .order_by(path)
        .iterator()
    )
    lines = Finding.objects.filter(section__postmortem__in=rows.values("pk"))
    said = Q(section__postmortem__in=rows.filter(found).values("pk"))
    named = dict(
        lines.exclude(category="")
        .order_by("category")
        .values_list("category")
        .annotate(rows=Count("section__postmortem", filter=said, distinct=True))
    )
    groups = (
        (_now("Kind of cause"), "", CauseCategory, recorded),
        (_now("Contributing factor"), FACTOR, FactorCategory, named),
    )
    return [
        (heading, offered)
        for heading, prefix, words, counts in groups
        if (offered := list(_offered(prefix, words.choices, counts)))
    ]


def _offered(
    prefix: str, words: Iterable[tuple[str, Any]], counts: dict[str, int]
) -> Iterable[tuple[str, str]]:
    for key, label in words:
        if key in counts:
            yield f"{prefix}{key}", _with_count(label, counts[key])


@dataclass(frozen=True, slots=True)
class LibraryLine:
    url: str
    reference: str
    title: SafeString
    severity: str
    severity_badge: str
    services: str
    team: str
    happened_at: datetime
    published_at: datetime
    number: int
    is_corrected: bool
    is_restricted: bool
    text: SafeString


def lines_of(rows: Sequence[SearchEntry], typed: str) -> list[LibraryLine]:
    """Say what the page shows of each row, with the words that were typed marked."""
    terms = terms_of(typed)
    return [_line(row, terms) for row in rows]


def _line(row: SearchEntry, terms: Sequence[Term]) -> LibraryLine:
    postmortem, publication = row.postmortem, row.publication
    incident = postmortem.incident
    text = snippet(row.body, terms, row.lead) if terms else marked(row.lead, ())
    return LibraryLine(
        url=reverse("admin:postmortems_postmortem_read", args=[postmortem.pk]),
        reference=incident.reference,
        title=marked(row.title, terms),
        severity=incident.severity_label,
        severity_badge=incident.level.badge,
        services=", ".join(service.name for service in incident.services.all()),
        team=incident.team.name,
        happened_at=incident.started_at or incident.declared_at,
        published_at=publication.published_at,
        number=publication.number,
        is_corrected=postmortem.is_correction,
        is_restricted=incident.restricted,
        text=text,
    )


def narrowed(rows: SearchEntryQuerySet, typed: str, order: str) -> SearchEntryQuerySet:
    """Keep what says the words: what says them best first, unless asked otherwise."""
    found = rows.matching(typed)
    if terms_of(typed) and order != "newest":
        best_first = OrderBy(F("rank"), descending=True)
        found = found.order_by(best_first, "-publication__published_at", "-pk")
    return found
