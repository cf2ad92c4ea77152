"""The pages of one section and of one line: what it was, and what is known of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.admin.lists import acting
from incidents.changes import Refused
from incidents.forms.refusals import add_refusal
from postmortems.admin.base import PostMortemBase
from postmortems.forms import FactorForm, WriteForm
from postmortems.forms.fields import TEXT
from postmortems.models import Finding, PostMortem
from postmortems.permissions import allowed
from postmortems.section_history import former_text, savings
from postmortems.writing_page import WritingPage


class SectionsMixin(PostMortemBase):
    def get_urls(self) -> list[Any]:
        history = "<int:pk>/sections/<slug:key>/history/"
        return [
            self.own(history, self.section_history_view, "section_history"),
            self.own("<int:pk>/findings/<int:line>/", self.finding_view, "finding"),
            *super().get_urls(),
        ]

    def section_history_view(
        self, request: HttpRequest, pk: int, key: str
    ) -> HttpResponse:
        """Show each saving of a section beside the one before."""
        postmortem = self.seen_or_404(request, str(pk))
        section = get_object_or_404(postmortem.sections, key=key)
        context = {
            "section": section,
            "savings": savings(section),
            "may_restore": allowed(request.user)["write"] and postmortem.is_draft,
        }
        return self.shown(request, postmortem, "section_history", context)

    def restored(self, request: HttpRequest, postmortem: PostMortem) -> dict[str, str]:
        """Give the former text that is asked for, by the field it goes into."""
        key = request.GET.get("section", "").replace("\0", "")
        section = postmortem.sections.filter(key=key).first() if key else None
        if section is None:
            return {}
        text = former_text(section, request.GET.get("restore", ""))
        return {} if text is None else {TEXT + section.key: text}

    def finding_view(self, request: HttpRequest, pk: int, line: int) -> HttpResponse:
        """Show or save what is known of a factor: a fragment, or a page of its own."""
        postmortem = self.seen_or_404(request, str(pk))
        rows = Finding.objects.filter(section__postmortem=postmortem)
        row = get_object_or_404(rows.select_related("section"), pk=line)
        if not (allowed(request.user)["write"] and postmortem.is_draft):
            raise Http404
        form = FactorForm(request.POST or None, instance=row, postmortem=postmortem)
        saved = request.method == "POST" and self.described(request, form)
        if saved and request.headers.get("HX-Request") != "true":
            messages.success(request, _("The factor is saved."))
            place = f"#line-{row.pk}"
            return HttpResponseRedirect(postmortem.get_absolute_url() + place)
        return self.finding(request, postmortem, form, saved=saved)

    def finding(
        self,
        request: HttpRequest,
        postmortem: PostMortem,
        form: FactorForm,
        *,
        saved: bool,
    ) -> HttpResponse:
        row = form.instance
        context: dict[str, Any] = {"factor": form, "row": row, "is_saved": saved}
        if saved:
            row = get_object_or_404(
                Finding.objects.select_related("section"), pk=row.pk
            )
            context["factor"] = FactorForm(instance=row, postmortem=postmortem)
            page = WritingPage(
                postmortem, WriteForm(postmortem=postmortem), timezone.now()
            )
            context["line"] = page.line(row.pk)
        is_fragment = request.headers.get("HX-Request") == "true"
        name = "_finding" if is_fragment else "finding"
        return self.shown(
            request, postmortem, name, context, status=422 if form.errors else 200
        )

    def described(self, request: HttpRequest, form: FactorForm) -> bool:
        if not form.is_valid():
            return False
        try:
            form.save_described(by=acting(request), at=timezone.now())
        except Refused as refusal:
            add_refusal(form, refusal)
            return False
        return True
