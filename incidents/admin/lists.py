"""Lists with a filter bar: whatever the address says passes through a FilterSet.

A page costs the same however long the table is: the keys are fetched first, no
further than people read, then the rows of one page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar, cast

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IS_POPUP_VAR, TO_FIELD_VAR
from django.contrib.admin.views.main import ORDER_VAR, SEARCH_VAR, ChangeList
from django.contrib.auth.models import User
from django.core.exceptions import SuspiciousOperation
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise, cached_property
from django.utils.text import capfirst

from incidents.admin.base import MOST_COUNTED, CappedPaginator, DebriefAdmin
from incidents.filters import FilterBar
from incidents.forms.rows import is_key

Row = TypeVar("Row", bound=models.Model)
KEY_ORDERS = ("pk", "-pk")
KEPT_PARAMETERS = frozenset({SEARCH_VAR, ORDER_VAR, IS_POPUP_VAR, TO_FIELD_VAR})


@dataclass(frozen=True)
class Column:
    """A column of a list: its head, and what pressing the head sorts by."""

    name: str
    label: str | Promise
    order: tuple[Any, ...] = ()
    css: str = ""


@dataclass(frozen=True)
class Head:
    """The head of a column as this page shows it."""

    label: str
    css: str
    url: str = ""
    sorted: str = ""


class KeyPaginator(CappedPaginator):
    """Counts by fetching the keys, so that a page is found without counting again."""

    @cached_property
    def keys(self) -> list[Any]:
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        return list(rows.values_list("pk", flat=True)[: MOST_COUNTED + 1])

    @cached_property
    def count(self) -> int:
        return len(self.keys)

    def keys_of(self, number: int) -> list[Any]:
        first = (self.get_page(number).number - 1) * self.per_page
        return self.keys[first : first + self.per_page]


class FilteredChangeList(ChangeList):
    """A change list whose parameters are its filter bar's, and no others."""

    model_admin: FilteredAdmin[Any]
    filter_bar: FilterBar
    lines: Sequence[Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.model_admin.list_title or self.opts.verbose_name_plural
        self.title = capfirst(str(name))

    def get_queryset(
        self, request: HttpRequest, exclude_parameters: Any = None
    ) -> QuerySet[Any]:
        everything = self.root_queryset
        self._forget_foreign_parameters()
        self.filter_bar = self.model_admin.filter_bar(
            self.params, queryset=everything, request=request
        )
        self.root_queryset = self.filter_bar.qs
        try:
            return super().get_queryset(request, exclude_parameters)
        finally:
            self.root_queryset = everything

    def _forget_foreign_parameters(self) -> None:
        known = KEPT_PARAMETERS | set(self.model_admin.filter_bar.base_filters)
        self.params = {k: v for k, v in self.params.items() if k in known}
        self.filter_params = {k: [v] for k, v in self.params.items()}

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        """Leave nothing to Django's own look-ups: the filter bar has taken its own."""
        return {}

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        chosen = str(self.params.get(ORDER_VAR, ""))
        column = self._column(chosen.removeprefix("-"))
        if column is None:
            return list(self.model_admin.get_ordering(request))
        order = reversed_order(column.order) if chosen[0] == "-" else column.order
        return list(order) if order[-1] in KEY_ORDERS else [*order, "-pk"]

    def _column(self, name: str) -> Column | None:
        return next(
            (
                each
                for each in self.model_admin.columns
                if each.name == name and each.order
            ),
            None,
        )

    def get_results(self, request: HttpRequest) -> None:
        paginator = KeyPaginator(self.queryset, self.list_per_page)
        self.paginator = paginator
        self.page_num = paginator.get_page(self.page_num).number
        self.result_count = paginator.count
        self.full_result_count = None
        self.show_full_result_count = False
        self.show_admin_actions = bool(self.result_count)
        self.can_show_all = False
        self.multi_page = paginator.num_pages > 1
        keys = paginator.keys_of(self.page_num)
        found = {row.pk: row for row in self.model_admin.rows(request, keys)}
        self.result_list = [found[key] for key in keys if key in found]
        self.lines = self.model_admin.lines(request, self.result_list)

    def heads(self) -> Iterable[Head]:
        """Give each column's head, its sorting link, and how it is sorted now."""
        chosen = str(self.params.get(ORDER_VAR, ""))
        for column in self.model_admin.columns:
            label = capfirst(str(column.label))
            if not column.order:
                yield Head(label, column.css)
                continue
            is_down = chosen == f"-{column.name}"
            is_up = chosen == column.name
            target = f"-{column.name}" if is_up else column.name
            sorted_ = "descending" if is_down else "ascending" if is_up else ""
            url = self.get_query_string({ORDER_VAR: target})
            yield Head(label, column.css, url, sorted_)

    def own_parameters(self) -> Mapping[str, str]:
        """Give what the filter form must carry along: how the list is sorted."""
        return {k: v for k, v in self.params.items() if k == ORDER_VAR}


class FilteredAdmin(DebriefAdmin[Row]):
    """An admin whose list is drawn from `columns` and `lines`, under a filter bar.

    Stock lists format every cell by itself; here one template draws a page of plain
    objects, which is quicker and can be read on a telephone.
    """

    change_list_template = "admin/filtered_list.html"
    list_filter = ()
    filter_bar: ClassVar[type[FilterBar]]
    columns: ClassVar[tuple[Column, ...]] = ()
    rows_template: ClassVar[str] = ""
    list_title: ClassVar[str | Promise] = ""
    empty_hint: ClassVar[str | Promise] = ""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return FilteredChangeList

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *args: Any
    ) -> HttpResponse | None:
        """Take a step on the rows of a page, never on rows nobody has looked at."""
        keys = request.POST.getlist(ACTION_CHECKBOX_NAME)
        if "1" in request.POST.getlist("select_across") or not all(map(is_key, keys)):
            raise SuspiciousOperation("A selection is a list of keys.")
        return super().response_action(request, queryset, *args)

    def rows(self, request: HttpRequest, keys: Sequence[Any]) -> QuerySet[Row]:
        """Select the rows of one page with whatever their lines need."""
        raise NotImplementedError

    def lines(self, request: HttpRequest, rows: Sequence[Row]) -> Sequence[Any]:
        """Say what the list's template prints for each row."""
        raise NotImplementedError


def acting(request: HttpRequest) -> User:
    """Give the person logged in, as the one who takes a step."""
    return cast(User, request.user)


def reversed_order(order: Iterable[Any]) -> list[Any]:
    """Turn an order round; expressions know how to do it themselves."""
    turned: list[Any] = []
    for part in order:
        if isinstance(part, str):
            turned.append(part.removeprefix("-") if part[0] == "-" else f"-{part}")
        else:
            copy = part.copy()
            copy.reverse_ordering()
            turned.append(copy)
    return turned
