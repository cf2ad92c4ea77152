"""What every admin of Debrief has in common: nobody sees or touches too much."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, TypeVar

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db import models
from django.db.models.query import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from incidents.changes import Refused
from incidents.history import field_changes

Row = TypeVar("Row", bound=models.Model)
MOST_COUNTED = 1_000


class CappedPaginator(Paginator[Any]):
    """Counts no further than people read: a full count costs more than the page."""

    @cached_property
    def count(self) -> int:
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        return len(rows.values_list("pk")[: MOST_COUNTED + 1])

    @property
    def is_capped(self) -> bool:
        return self.count > MOST_COUNTED


class DebriefAdmin(admin.ModelAdmin[Row]):
    """An admin whose rows, choices and look-ups all pass through `visible_to`.

    What somebody may not see is answered like what does not exist. Nothing with a
    record is deleted. `lookups` names the only extra filters an address may carry.
    """

    list_per_page = 50
    show_full_result_count = False
    empty_value_display = "—"
    paginator = CappedPaginator
    actions_selection_counter = True
    history_of: ClassVar[tuple[str, ...]] = ()
    lookups: ClassVar[frozenset[str]] = frozenset()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Row]:
        return visible(super().get_queryset(request), request)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Row], search_term: str
    ) -> tuple[QuerySet[Row], bool]:
        """Search without NUL, which PostgreSQL refuses and nobody types."""
        words = search_term.replace("\0", "")
        return super().get_search_results(request, queryset, words)

    def has_delete_permission(
        self, request: HttpRequest, obj: Row | None = None
    ) -> bool:
        return False

    def lookup_allowed(
        self, lookup: str, value: str, request: HttpRequest | None = None
    ) -> bool:
        return lookup in self.lookups

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        if hasattr(db_field.related_model.objects, "visible_to"):
            offered = db_field.related_model.objects.visible_to(request.user)
            kwargs.setdefault("queryset", offered)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_urls(self) -> list[Any]:
        """Drop the addresses for deleting: there is nothing behind them."""
        return [
            each
            for each in super().get_urls()
            if not str(each.name).endswith("_delete")
        ]

    def visible_or_404(self, request: HttpRequest, object_id: str) -> Row:
        """Give the row for a step on it; who may not view it gets a 404."""
        row = self.get_object(request, object_id)
        if row is None or not self.has_view_or_change_permission(request, row):
            raise Http404(_("There is no such page, or not for you."))
        return row

    def history_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.visible_or_404(request, object_id)
        context = {
            **self.admin_site.each_context(request),
            "title": _("History of %s") % row,
            "original": row,
            "opts": self.opts,
            "changes": field_changes(row),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/incidents/history.html", context)

    def log_addition(self, *args: Any, **kwargs: Any) -> None:  # type: ignore[override]
        """Write no admin log: histories say more, and it repeats hidden titles."""

    log_change = log_addition  # type: ignore[assignment]

    def _get_obj_does_not_exist_redirect(self, *args: Any) -> HttpResponse:
        raise Http404(_("There is no such page, or not for you."))


def visible(rows: QuerySet[Row], request: HttpRequest) -> QuerySet[Row]:
    """Keep what the person may see, where the rows know who sees them."""
    if hasattr(rows, "visible_to"):
        return rows.visible_to(request.user)  # type: ignore[no-any-return]
    return rows


@contextmanager
def reported(
    request: HttpRequest, subject: object, *, done: str | Callable[[], str] = ""
) -> Iterator[None]:
    """Say how a verb ended: `done` where it worked, else every reason against it."""
    try:
        yield
    except Refused as refusal:
        for blocker in refusal.blockers:
            text = _("%(what)s: %(why)s") % {"what": subject, "why": blocker.sentence}
            messages.error(request, text)
    else:
        # What there is to say may only be known now.
        if said := done() if callable(done) else done:
            messages.success(request, said)
