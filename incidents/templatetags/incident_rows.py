"""The rows of the list of incidents, drawn in Python: a template takes far longer."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from incidents.lines import IncidentLine

register = template.Library()


@register.simple_tag
def incident_rows(lines: Iterable[IncidentLine], *, with_boxes: bool) -> SafeString:
    """Draw lines, with boxes where several can be chosen; all they say is escaped."""
    pen = _Pen()
    drawn = (pen.row(line, with_box=with_boxes) for line in lines)
    return mark_safe("\n".join(drawn))  # noqa: S308


class _Pen:
    """Knows the words that are the same in every row, each looked up once."""

    def __init__(self) -> None:
        self.select, self.nobody = escape(_("Select")), quiet(_("nobody"))
        self.lead, self.items = escape(_("Lead")), escape(_("Open items"))
        self.postmortem, self.services = escape(_("Post-mortem")), escape(_("Services"))
        self.running, self.took = escape(_("running for")), quiet(_("took"))
        self.drill = badge("grey", _("Drill"))
        self.ticket = badge("grey", _("Ticket only"))
        self.restricted = badge("yellow", _("Restricted"))
        self.items_url = reverse("admin:incidents_actionitem_changelist")

    def row(self, line: IncidentLine, *, with_box: bool) -> str:
        return f"<tr>{self._box(line) if with_box else ''}{self._cells(line)}</tr>"

    def _box(self, line: IncidentLine) -> str:
        name = f"{self.select} {escape(line.reference)}"
        return (
            '<td class="action-checkbox"><input type="checkbox" name="_selected_action"'
            f' value="{line.pk}" class="action-select" aria-label="{name}"></td>'
        )

    def _cells(self, line: IncidentLine) -> str:
        reference, url = escape(line.reference), escape(line.url)
        code = badge(line.severity_badge, line.severity_code)
        return (
            f'<td class="line-reference nowrap"><a href="{url}">{reference}</a></td>'
            f'<th scope="row" class="line-title"><a href="{url}">{escape(line.title)}'
            f"</a>{self._marks(line)}</th>"
            f'<td class="line-severity">{code} <span class="severity-name">'
            f"{escape(line.severity_name)}</span></td>"
            f"<td>{badge(line.status_badge, line.status)}</td>{self._due(line)}"
            f'<td class="line-person" data-label="{self.lead}">'
            f"{escape(line.lead) or self.nobody}</td>"
            f"{self._age(line)}{self._items(line, reference)}{self._written(line)}"
        )

    def _marks(self, line: IncidentLine) -> str:
        marks = (
            (line.is_drill, self.drill),
            (line.is_ticket, self.ticket),
            (line.restricted, self.restricted),
        )
        badges = "".join(f" {mark}" for is_so, mark in marks if is_so)
        if not line.services:
            return badges
        label = f'<span class="visually-hidden">{self.services}: </span>'
        services = f"{label}{escape(line.services)}"
        return f'{badges}<span class="line-services">{services}</span>'

    def _due(self, line: IncidentLine) -> str:
        if not line.due:
            return '<td class="is-void"></td>'
        what = f'<span class="due-what">{escape(line.due)}</span>'
        when = f'<span class="{line.due_css}">{escape(line.due_when)}</span>'
        return f'<td class="line-due">{what} {when}</td>'

    def _age(self, line: IncidentLine) -> str:
        took = escape(line.took)
        if line.is_running:
            label = f'<span class="visually-hidden">{self.running} </span>'
            return f'<td class="line-age nowrap">{label}<strong>{took}</strong></td>'
        return f'<td class="line-age nowrap">{self.took} {took}</td>'

    def _items(self, line: IncidentLine, reference: str) -> str:
        label = f'data-label="{self.items}"'
        if not line.open_items:
            return f'<td class="number is-void" {label}>{quiet("0")}</td>'
        link = f'<a href="{self.items_url}?q={reference}">{line.open_items}</a>'
        return f'<td class="number" {label}>{link}</td>'

    def _written(self, line: IncidentLine) -> str:
        if not line.postmortem_badge:
            return f'<td class="quiet nowrap is-void">{escape(line.postmortem)}</td>'
        state = badge(line.postmortem_badge, line.postmortem)
        return f'<td data-label="{self.postmortem}">{state}</td>'


def badge(colour: str, text: str) -> str:
    return f'<span class="badge badge-{escape(colour)}">{escape(text)}</span>'


def quiet(text: str) -> str:
    return f'<span class="quiet">{escape(text)}</span>'
