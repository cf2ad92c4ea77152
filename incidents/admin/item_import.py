"""Bring action items from a file: upload, progress, preview, and what became of it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from incidents.admin.base import DebriefAdmin
from incidents.admin.lists import acting
from incidents.changes import Refused
from incidents.choices import IMPORT_BADGES, ImportState
from incidents.forms.item_import import UploadForm
from incidents.item_import import jobs
from incidents.item_import.example import example
from incidents.item_import.preview import Preview
from incidents.models import ItemImport

MOST_LISTED = 20


@admin.register(ItemImport)
class ItemImportAdmin(DebriefAdmin[ItemImport]):
    def get_urls(self) -> list[Any]:
        view, name = self.admin_site.admin_view, "incidents_itemimport"
        steps = {"confirm": self.confirm_view, "retry": self.retry_view}
        return [
            path("example/", view(self.example_view), name=f"{name}_example"),
            path("<int:pk>/state/", view(self.state_view), name=f"{name}_state"),
            *(
                path(
                    f"<int:pk>/{step}/", view(require_POST(each)), name=f"{name}_{step}"
                )
                for step, each in steps.items()
            ),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ItemImport]:
        return super().get_queryset(request).select_related("team", "created_by")

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Stay out of the sidebar: the list of action items leads here."""
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(jobs.MAY_IMPORT)

    def has_view_permission(
        self, request: HttpRequest, obj: ItemImport | None = None
    ) -> bool:
        return self.has_add_permission(request)

    def has_change_permission(
        self, request: HttpRequest, obj: ItemImport | None = None
    ) -> bool:
        """Take its steps: whoever sees a file may import it, and nobody edits one."""
        return self.has_add_permission(request)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead to the one page that both takes a file and lists the ones before."""
        return HttpResponseRedirect(reverse("admin:incidents_itemimport_add"))

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        posted = (request.POST, request.FILES) if request.method == "POST" else ()
        form = UploadForm(*posted, user=acting(request))
        if form.is_valid():
            return HttpResponseRedirect(self._take(request, form).get_absolute_url())
        earlier = self.get_queryset(request).lean()  # type: ignore[attr-defined]
        return self._page(
            request,
            "upload",
            title=_("Bring action items from a file"),
            form=form,
            earlier=[(each, badge(each)) for each in earlier[:MOST_LISTED]],
            status=422 if form.errors else 200,
        )

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        return self._show(request, self.visible_or_404(request, object_id))

    def state_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Give the progress anew: 204 while it is the same, the page once it ends."""
        file = self.visible_or_404(request, str(pk))
        if request.headers.get("HX-Request") != "true":
            return HttpResponseRedirect(file.get_absolute_url())
        if not file.is_moving:
            return HttpResponse(headers={"HX-Refresh": "true"})
        if request.GET.get("seen") == seen(file):
            return HttpResponse(status=204)
        return self._page(request, "_progress", file=file, seen=seen(file))

    def confirm_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Have it imported; whoever presses twice, or second, is told how it is."""
        file = self.visible_or_404(request, str(pk))
        try:
            jobs.confirm(file, leave_twins=not request.POST.get("take_twins"))
        except Refused as refused:
            messages.error(request, str(refused))
        return HttpResponseRedirect(file.get_absolute_url())

    def retry_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        file = self.visible_or_404(request, str(pk))
        try:
            jobs.retry(file)
        except Refused as refused:
            messages.error(request, str(refused))
        return HttpResponseRedirect(file.get_absolute_url())

    def example_view(self, request: HttpRequest) -> HttpResponse:
        """Give a file to begin with: every column, and rows that show what fits."""
        headers = {"Content-Disposition": 'attachment; filename="action-items.csv"'}
        text = example(timezone.localdate())
        return HttpResponse(
            text, content_type="text/csv; charset=utf-8", headers=headers
        )

    def _take(self, request: HttpRequest, form: UploadForm) -> ItemImport:
        file = form.cleaned_data["file"]
        return jobs.upload(
            file.read(),
            name=str(file.name).replace("\0", "")[:200],
            team=form.cleaned_data["team"],
            by=acting(request),
            at=timezone.now(),
        )

    def _show(self, request: HttpRequest, file: ItemImport) -> HttpResponse:
        preview = None
        if file.state in (ImportState.CHECKED, ImportState.DONE):
            shown, number = (request.GET.get(name, "") for name in ("show", "p"))
            preview = Preview.of(file, shown=shown, number=number)
        return self._page(
            request,
            "page",
            title=file.name,
            file=file,
            badge=badge(file),
            seen=seen(file),
            preview=preview,
            left=len(file.rows) - file.kept - file.twins,
        )

    def _page(
        self, request: HttpRequest, name: str, *, status: int = 200, **context: Any
    ) -> TemplateResponse:
        return TemplateResponse(
            request,
            f"admin/incidents/itemimport/{name}.html",
            {**self.admin_site.each_context(request), "opts": self.opts, **context},
            status=status,
        )


def badge(file: ItemImport) -> str:
    return IMPORT_BADGES[ImportState(file.state)]


def seen(file: ItemImport) -> str:
    """Say in a few characters what a page shows of a moving import."""
    return f"{file.state}-{file.done}-{file.attempts}"
