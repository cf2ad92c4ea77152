"""What the lists can be filtered by, and how the bar above a list shows it.

Only what is declared here reaches a query; whatever else an address carries is
dropped, so that no look-up can be smuggled into a list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from html import escape
from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.db.models import (
    BooleanField,
    CharField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Concat
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.choices import (
    DeliveryState,
    Kind,
    NotificationKind,
    PostMortemState,
    Status,
    Tracking,
)
from incidents.due_lines import SOON
from incidents.models import Deadline, Incident, Service, Severity, Team

if TYPE_CHECKING:
    from incidents.querysets import (
        IncidentQuerySet,
        NotificationQuerySet,
        Person,
        TimelineQuerySet,
    )


# No zone's midnight on these days lies outside of what a clock can tell.
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(9998, 12, 31)


@dataclass(frozen=True)
class Control:
    """One field of a filter bar, ready for the template."""

    name: str
    label: str
    widget: str
    value: str
    options: SafeString
    errors: tuple[str, ...]


# django-filter ships no types, hence the ignored base classes.
class Toggle(django_filters.BooleanFilter):  # type: ignore[misc]
    """A filter that is on or off: a check box, applied only where it is ticked."""

    def __init__(self, *, label: Any, method: str) -> None:
        super().__init__(label=label, method=method, widget=forms.CheckboxInput)


class Choice(django_filters.ChoiceFilter):  # type: ignore[misc]
    """A filter of one out of several; `anything` names not choosing."""

    def __init__(
        self,
        *,
        label: Any,
        anything: Any,
        choices: Iterable[tuple[Any, Any]] = (),
        **extra: Any,
    ) -> None:
        super().__init__(
            label=label, empty_label=anything, choices=list(choices), **extra
        )


class Day(django_filters.DateFilter):  # type: ignore[misc]
    def __init__(self, *, label: Any, method: str) -> None:
        widget = forms.DateInput(attrs={"type": "date"})
        super().__init__(label=label, method=method, widget=widget)


class FilterBar(django_filters.FilterSet):  # type: ignore[misc]
    """A set of filters that knows who asks and can be drawn."""

    def offer(self, name: str, rows: QuerySet[Any], *columns: str) -> None:
        """Fill a filter's choices from these columns, in one query."""
        self.filters[name].extra["choices"] = [
            (str(key), " ".join(words))
            for key, *words in rows.values_list("pk", *columns)
        ]

    @property
    def person(self) -> Person:
        return self.request.user  # type: ignore[no-any-return]

    @property
    def today(self) -> date:
        return timezone.localdate()

    @property
    def is_active(self) -> bool:
        return any(self.data.get(name) for name in self.filters)

    @cached_property
    def controls(self) -> list[Control]:
        return list(self._controls())

    def _controls(self) -> Iterator[Control]:
        for name, field in self.form.fields.items():
            value = str(self.data.get(name, ""))
            choices = getattr(field, "choices", ())
            yield Control(
                name,
                str(field.label),
                _widget(field),
                value,
                drawn(choices, value),
                tuple(self.form.errors.get(name, ())),
            )


def drawn(choices: Iterable[tuple[Any, Any]], chosen: str) -> SafeString:
    """Draw options, those under a heading in a group; a template takes far longer."""
    parts = []
    for key, label in choices:
        if isinstance(label, list | tuple):
            parts.append(f'<optgroup label="{escape(str(key))}">{drawn(label, chosen)}')
            parts.append("</optgroup>")
            continue
        value = str(key)
        selected = " selected" if value == chosen else ""
        parts.append(
            f'<option value="{escape(value)}"{selected}>{escape(str(label))}</option>'
        )
    return mark_safe("".join(parts))  # noqa: S308  # each part is escaped above


def _widget(field: forms.Field) -> str:
    if isinstance(field, forms.ChoiceField):
        return "select"
    if isinstance(field.widget, forms.CheckboxInput):
        return "check"
    return "date" if isinstance(field, forms.DateField) else "text"


def start_of(day: date) -> datetime:
    """Give midnight of a day in the reader's zone."""
    near = min(max(day, FIRST_DAY), LAST_DAY)
    return timezone.make_aware(datetime.combine(near, time.min))


def end_of_week(today: date) -> date:
    return today + timedelta(days=6 - today.weekday())


def own_teams(person: Person) -> QuerySet[Team]:
    """Select the teams a person belongs to, leads or manages."""
    return Team.objects.filter(
        Q(members__user=person.pk) | Q(lead=person.pk) | Q(manager=person.pk)
    )


def keep_due(rows: IncidentQuerySet, which: str, now: datetime) -> IncidentQuerySet:
    """Keep incidents by what is missed and not done, or due soon, or either."""
    latest = now if which == "missed" else now + SOON
    promises = Deadline.objects.unended().promises().filter(due_at__lte=latest)
    if which == "missed":
        promises = promises.missed()
    elif which == "soon":
        promises = promises.ticking()
    return rows.filter(pk__in=promises.values("incident"))


# What a row of choices says: of which filter, its key and words, and of severities
# the playbook, whether that is retired, and the place in it.
NAMED = ("of", "pk", "words", "group", "title", "is_over", "place")


def named(of: str, rows: QuerySet[Any]) -> QuerySet[Any, Any]:
    """Give the rows of a filter's choices that are no more than names."""
    told = rows.order_by().annotate(
        of=Value(of, CharField()),
        words=F("name"),
        group=Value(0, IntegerField()),
        title=Value("", CharField()),
        is_over=Value(False, BooleanField()),
        place=Value(0, IntegerField()),
    )
    found: QuerySet[Any, Any] = told.values_list(*NAMED)
    return found


def severities() -> QuerySet[Any, Any]:
    """Give those that can be declared now or were, with their playbooks."""
    offered = Q(is_current=True, playbook__retired_at=None)
    worn = Exists(Incident.objects.filter(severity=OuterRef("pk")))
    is_over = Q(playbook__retired_at__isnull=False)
    return (
        Severity.objects.filter(offered | worn)
        .order_by()
        .annotate(
            of=Value("severity", CharField()),
            words=Concat("code", Value(" "), "name", output_field=CharField()),
            group=F("playbook_id"),
            title=F("playbook__name"),
            is_over=ExpressionWrapper(is_over, BooleanField()),
            place=F("rank"),
        )
        .values_list(*NAMED)
    )


def by_playbook(rows: Iterable[Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Put severities under the names of their playbooks, the retired ones last."""
    groups: dict[int, tuple[str, list[tuple[str, str]]]] = {}
    for row in sorted(rows, key=lambda row: (row[5], row[4], row[3], row[6])):
        _of, key, words, playbook, title, is_over, _place = row
        title = gettext("%s, retired") % title if is_over else title
        _title, options = groups.setdefault(playbook, (title, []))
        options.append((str(key), words))
    return list(groups.values())


class IncidentFilter(FilterBar):
    running = Toggle(label=_("Running"), method="keep_running")
    mine = Toggle(label=_("Mine"), method="keep_mine")
    my_team = Toggle(label=_("My team"), method="keep_my_team")
    team = Choice(label=_("Team"), anything=_("Any"))
    severity = Choice(label=_("Severity"), anything=_("Any"))
    status = Choice(
        label=_("Status"),
        anything=_("Any"),
        choices=[*Status.choices, ("closed", _("Closed"))],
        method="keep_status",
    )
    due = Choice(
        label=_("Due"),
        anything=_("Any"),
        choices=[
            ("missed", _("Missed, not done")),
            ("soon", _("Due in 30 min")),
            ("now", _("Missed, or due in 30 min")),
            ("papers", _("Post-mortem late")),
        ],
        method="keep_due",
    )
    tracking = Choice(label=_("Tracking"), anything=_("Any"), choices=Tracking.choices)
    service = Choice(label=_("Service"), anything=_("Any"), field_name="services")
    drill = Choice(
        label=_("Drills"),
        anything=_("With drills"),
        choices=[("no", _("Without drills")), ("only", _("Drills only"))],
        method="keep_drill",
    )
    postmortem = Choice(
        label=_("Post-mortem"),
        anything=_("Any"),
        choices=[("due", _("Not yet published")), *PostMortemState.choices],
        method="keep_postmortem",
    )
    since = Day(label=_("Declared from"), method="keep_since")
    until = Day(label=_("Declared to"), method="keep_until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer_all()

    def _offer_all(self) -> None:
        """Fill the choices that are stored, all in one query."""
        teams, services = (
            named("team", Team.objects.all()),
            named("service", Service.objects.all()),
        )
        found: dict[str, list[Any]] = {"team": [], "service": [], "severity": []}
        for row in services.union(teams, severities(), all=True).order_by("words"):
            found[row[0]].append(row)
        self.filters["severity"].extra["choices"] = by_playbook(found["severity"])
        for name in ("team", "service"):
            offered = [(str(row[1]), row[2]) for row in found[name]]
            self.filters[name].extra["choices"] = offered

    def keep_running(
        self, rows: IncidentQuerySet, name: str, value: bool
    ) -> IncidentQuerySet:
        return rows.running() if value else rows

    def keep_mine(
        self, rows: IncidentQuerySet, name: str, value: bool
    ) -> IncidentQuerySet:
        return rows.of(self.person) if value else rows

    def keep_my_team(
        self, rows: IncidentQuerySet, name: str, value: bool
    ) -> IncidentQuerySet:
        return rows.filter(team__in=own_teams(self.person)) if value else rows

    def keep_status(
        self, rows: IncidentQuerySet, name: str, value: str
    ) -> IncidentQuerySet:
        if value == "closed":
            return rows.closed()
        return rows.filter(status=value, closed_at=None)

    def keep_due(
        self, rows: IncidentQuerySet, name: str, value: str
    ) -> IncidentQuerySet:
        if value == "papers":
            return rows.with_late_papers()
        return keep_due(rows, value, timezone.now())

    def keep_drill(
        self, rows: IncidentQuerySet, name: str, value: str
    ) -> IncidentQuerySet:
        return rows.filter(is_drill=value == "only")

    def keep_postmortem(
        self, rows: IncidentQuerySet, name: str, value: str
    ) -> IncidentQuerySet:
        if value == "due":
            return rows.awaiting_postmortem()
        return rows.filter(postmortem_state=value)

    def keep_since(
        self, rows: IncidentQuerySet, name: str, value: date
    ) -> IncidentQuerySet:
        return rows.filter(declared_at__gte=start_of(value))

    def keep_until(
        self, rows: IncidentQuerySet, name: str, value: date
    ) -> IncidentQuerySet:
        day_after = min(value, LAST_DAY) + timedelta(days=1)
        return rows.filter(declared_at__lt=start_of(day_after))


class NotificationFilter(FilterBar):
    mine = Toggle(label=_("To me"), method="keep_mine")
    state = Choice(label=_("State"), anything=_("Any"), choices=DeliveryState.choices)
    kind = Choice(label=_("Kind"), anything=_("Any"), choices=NotificationKind.choices)

    def keep_mine(
        self, rows: NotificationQuerySet, name: str, value: bool
    ) -> NotificationQuerySet:
        return rows.filter(user=self.person.pk) if value else rows


class TimelineFilter(FilterBar):
    by_people = Toggle(label=_("Written by people"), method="keep_by_people")
    kind = Choice(label=_("Kind"), anything=_("Any"), choices=Kind.choices)
    incident = django_filters.CharFilter(
        label=_("Incident"), field_name="incident__reference", lookup_expr="iexact"
    )

    def keep_by_people(
        self, rows: TimelineQuerySet, name: str, value: bool
    ) -> TimelineQuerySet:
        return rows.filter(verb="") if value else rows
