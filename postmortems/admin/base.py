"""What the pages of a post-mortem share: who sees it, who may act, how it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from incidents.forms.rows import is_key
from postmortems.admin.postmortem_list import PostMortemListMixin
from postmortems.models import PostMortem
from postmortems.permissions import allowed

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE_NEEDS = ("incident__severity", "incident__team", "author", "published_by")


class PostMortemBase(PostMortemListMixin):
    def own(
        self, route: str, view: Callable[..., HttpResponse], name: str
    ) -> URLPattern:
        """Give an address of ours."""
        guarded = self.admin_site.admin_view(view)
        return path(route, guarded, name=f"postmortems_postmortem_{name}")

    def seen_or_404(self, request: HttpRequest, object_id: str) -> PostMortem:
        seen = self.get_queryset(request).select_related(*PAGE_NEEDS)
        found = seen.filter(pk=object_id).first() if is_key(object_id) else None
        if found is None or not self.has_view_permission(request, found):
            raise Http404(_("There is no such post-mortem, or not for you."))
        return found

    def refusal(
        self, request: HttpRequest, postmortem: PostMortem, verb: str
    ) -> HttpResponse | None:
        """Answer who may not do this, or comes without a post; else nothing."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if allowed(request.user)[verb]:
            return None
        messages.error(request, _("Your group does not allow you to do this."))
        return HttpResponseRedirect(postmortem.get_absolute_url())

    def shown(
        self,
        request: HttpRequest,
        postmortem: PostMortem,
        name: str,
        context: dict[str, Any],
        *,
        status: int = 200,
    ) -> TemplateResponse:
        """Give a page or a fragment of it."""
        around = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": str(postmortem),
            "postmortem": postmortem,
            "incident": postmortem.incident,
            "may": allowed(request.user),
            "list_url": reverse("admin:postmortems_postmortem_changelist"),
        }
        template = f"admin/postmortems/postmortem/{name}.html"
        return TemplateResponse(request, template, {**around, **context}, status=status)
