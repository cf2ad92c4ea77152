"""The library: every published post-mortem that the reader may see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ORDER_VAR, PAGE_VAR, SEARCH_VAR
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

from incidents.admin.lists import Column, FilteredAdmin
from incidents.models import PlaybookVersion
from postmortems.library import LibraryFilter, LibraryLine, lines_of, narrowed
from postmortems.models import SearchEntry
from postmortems.querysets import SearchEntryQuerySet
from postmortems.search import terms_of

VIEW = "postmortems.view_postmortem"
INCIDENT = "postmortem__incident"


@admin.register(SearchEntry)
class LibraryAdmin(FilteredAdmin[SearchEntry]):
    change_list_template = "admin/postmortems/library/list.html"
    filter_bar = LibraryFilter
    list_title = _("Library")
    list_per_page = 25
    search_fields = ("words",)
    search_help_text = _("Words, or a “phrase in quotes”")
    ordering = ("-publication__published_at", "-pk")
    columns = (Column("newest", _("newest"), ("-publication__published_at", "-pk")),)

    def get_urls(self) -> list[Any]:
        """Leave the list alone: its rows are written by publishing, read elsewhere."""
        view = self.admin_site.admin_view(self.changelist_view)
        return [path("", view, name="postmortems_searchentry_changelist")]

    def has_view_permission(
        self, request: HttpRequest, obj: SearchEntry | None = None
    ) -> bool:
        return request.user.has_perm(VIEW)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(VIEW)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: SearchEntry | None = None
    ) -> bool:
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        typed = request.GET.get(SEARCH_VAR, "").replace("\0", "").strip()
        asked = request.GET.copy()
        asked.pop(ORDER_VAR, None)
        asked.pop(PAGE_VAR, None)
        best = f"?{asked.urlencode()}"
        more = {
            "typed": typed,
            "can_be_found": bool(terms_of(typed)),
            "is_by_rank": request.GET.get(ORDER_VAR) != "newest",
            "best_url": best,
            "newest_url": f"{best}&{ORDER_VAR}=newest",
        }
        return super().changelist_view(request, more | (extra_context or {}))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[SearchEntry], search_term: str
    ) -> tuple[QuerySet[SearchEntry], bool]:
        if not isinstance(queryset, SearchEntryQuerySet):
            raise TypeError("The library looks among search entries.")
        order = request.GET.get(ORDER_VAR, "")
        return narrowed(queryset, search_term, order), False

    def rows(self, request: HttpRequest, keys: Sequence[Any]) -> QuerySet[SearchEntry]:
        unread = ["body"] if not request.GET.get(SEARCH_VAR) else []
        wanted = SearchEntry.objects.filter(pk__in=keys)
        return (
            wanted.select_related(
                "publication",
                f"{INCIDENT}__severity",
                f"{INCIDENT}__team",
                f"{INCIDENT}__playbook_version",
            )
            .defer(
                "heads",
                "words",
                "publication__frozen",
                f"{INCIDENT}__playbook_version__document",
                *unread,
            )
            .prefetch_related(f"{INCIDENT}__services")
        )

    def lines(
        self, request: HttpRequest, rows: Sequence[SearchEntry]
    ) -> list[LibraryLine]:
        incidents = (row.postmortem.incident for row in rows)
        PlaybookVersion.read_ahead(each.playbook_version for each in incidents)
        return lines_of(rows, request.GET.get(SEARCH_VAR, ""))
