"""Rows of the list of action items: changed one at a time, and taken away as a file."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from incidents.admin.lists import FilteredAdmin, acting
from incidents.changes import Refused
from incidents.forms.item_rows import RowForm, day_of
from incidents.item_csv import csv_of
from incidents.models import ActionItem

LIST = "admin:incidents_actionitem_changelist"
AT_ONCE = 1_000


class ItemRowsMixin(FilteredAdmin[ActionItem]):
    def get_urls(self) -> list[Any]:
        guarded = self.admin_site.admin_view
        name = "incidents_actionitem"
        return [
            path("<int:pk>/row/", guarded(self.row_view), name=f"{name}_row"),
            path("csv/", guarded(self.csv_view), name=f"{name}_csv"),
            *super().get_urls(),
        ]

    def row_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Change one row where it stands; without scripts, on a page of its own."""
        item = self.visible_or_404(request, str(pk))
        if not self.has_change_permission(request, item):
            messages.error(request, _("Your group does not allow you to do this."))
            return HttpResponseRedirect(item.get_absolute_url())
        if request.method == "GET" and "line" in request.GET:
            return self.row(request, item)
        posted = request.POST if request.method == "POST" else None
        if posted and "offer" in posted:
            return self.follow(request, item)
        form = RowForm(posted, item=item)
        if form.is_valid() and form.take(by=acting(request), at=timezone.now()):
            return self.row(request, item, said=form.result())
        return self.row(request, item, form=form)

    def follow(self, request: HttpRequest, item: ActionItem) -> HttpResponse:
        """Take the date that the rule of the present priority offers."""
        # What is no day was never offered, and no offer is the first day there is.
        offered = day_of(request.POST["offer"]) or date.min
        try:
            item.follow_rule(by=acting(request), at=timezone.now(), seen=offered)
        except Refused as refused:
            return self.row(request, item, refused=str(refused))
        day = date_format(offered, "j M Y")
        return self.row(request, item, said=_("due on %s") % day)

    def row(
        self,
        request: HttpRequest,
        item: ActionItem,
        *,
        form: RowForm | None = None,
        said: str = "",
        refused: str = "",
    ) -> HttpResponse:
        """Answer with the row alone, or else with a page, or the list as it was."""
        back = request.GET.get("back", "")
        stored = self.rows(request, [item.pk]).first() or item
        status = 422 if refused or (form and form.errors) else 200
        context = {
            "line": self.lines(request, [stored])[0],
            "columns": len(self.columns) + 1,
            "form": form,
            "said": said,
            "refused": refused,
            "back": urlencode({"back": back}),
            "query": back,
            "list_url": reverse(LIST),
            "action_form": True,
        }
        if request.headers.get("HX-Request"):
            name = "_row_form" if form else "_row"
            template = f"admin/incidents/actionitem/{name}.html"
            return TemplateResponse(request, template, context, status=status)
        if form:
            return self.show(request, "row", title=_("Change"), item=stored, **context)
        if what := said or refused:
            level = messages.ERROR if refused else messages.SUCCESS
            text = _("%(item)s: %(what)s") % {"item": stored, "what": what}
            messages.add_message(request, level, text)
        return HttpResponseRedirect(f"{reverse(LIST)}?{back}")

    def show(self, request: HttpRequest, name: str, **context: Any) -> TemplateResponse:
        form = context.get("form")
        return TemplateResponse(
            request,
            f"admin/incidents/actionitem/{name}.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "list_url": reverse("admin:incidents_actionitem_changelist"),
                **context,
            },
            status=422 if form is not None and form.errors else 200,
        )

    def csv_view(self, request: HttpRequest) -> StreamingHttpResponse:
        """Give every row that the list of this address shows on all its pages."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        listed = self.get_changelist_instance(request).queryset
        items = listed.select_related("owner", "incident").iterator(AT_ONCE)
        answer = StreamingHttpResponse(
            csv_of(items), content_type="text/csv; charset=utf-8"
        )
        name = f"action-items-{timezone.localdate().isoformat()}.csv"
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer
