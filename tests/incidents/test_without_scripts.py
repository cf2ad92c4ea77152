"""Every control of a page is a link or belongs to a form; the others need a script."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from django.urls import reverse

VOID = {"input", "img", "br", "link", "meta", "hr", "source", "wbr", "col", "path"}
# An input of one of these is filled in; a form with several needs a button.
NOT_FILLED_IN = {"hidden", "submit"}


class Controls(HTMLParser):
    """Reads a page and collects what somebody without scripts presses in vain."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.ids: set[str] = set()
        self.forms = 0
        self.fields: dict[str, int] = {}
        self.wanted: list[tuple[str, str]] = []  # an id, and what leads to it
        self.submitted: set[str] = set()
        self.dead: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        self.ids |= {named["id"]} if named.get("id") else set()
        if tag == "form":
            self.forms += 1
            named.setdefault("id", f"form {self.forms}")
            self.ids.add(named["id"])
        if not self.is_left_out([*self.open, (tag, named)]):
            self.look_at(tag, named, self.get_starttag_text() or "")
        if tag not in VOID:
            self.open.append((tag, named))

    def handle_endtag(self, tag):
        while tag in [name for name, _ in self.open]:
            if self.open.pop()[0] == tag:
                break

    def is_left_out(self, path) -> bool:
        """Leave out what shows, or is there, only with scripts."""
        return any(
            tag == "dialog" or "hidden" in named or "with-script" in classes(named)
            for tag, named in path
        )

    def look_at(self, tag, named, text) -> None:
        around = [each["id"] for name, each in self.open if name == "form"]
        form = named.get("form") or next(iter(around), "")
        kind = named.get("type", "submit" if tag == "button" else "text")
        if tag == "a":
            self.follow(named.get("href") or "#", text)
        elif tag == "button" and kind == "submit" and form:
            self.submitted.add(form)
            self.wanted.append((form, text))
        elif tag == "button":
            self.dead.append(text)
        elif tag in {"input", "select", "textarea"} and kind not in NOT_FILLED_IN:
            self.fields[form] = self.fields.get(form, 0) + 1

    def follow(self, href, text) -> None:
        if href.startswith("#"):
            self.wanted.append((href.removeprefix("#"), text))

    def in_vain(self) -> list[str]:
        nowhere = [text for name, text in self.wanted if name not in self.ids]
        # One field alone is sent by Enter.
        unsent = [
            form
            for form, fields in self.fields.items()
            if form and fields > 1 and form not in self.submitted
        ]
        return [*self.dead, *nowhere, *unsent]


def classes(named) -> list[str]:
    return (named.get("class") or "").split()


@pytest.fixture
def busy(incident, lead, responder, noon):
    """An incident with something of everything that has a button."""
    entry = incident.note("Declines are all 3-D Secure", by=lead, at=noon)
    incident.pin(entry, by=lead, at=noon)
    incident.start_mode("freeze", by=lead, at=noon)
    needed = {"tried": "A restart", "needed": "Somebody who knows it"}
    incident.escalate(to=responder, by=lead, at=noon, call=True, **needed)
    incident.add_item(title="Alert on declined cards", by=lead, at=noon)
    return incident


def in_vain(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return Controls(answer.content.decode()).in_vain()


@pytest.mark.parametrize("query", ["", "?filter=on"])
def test_whatever_is_pressed_on_the_incident_page_does_something(
    at_noon, client_of, lead, busy, query
):
    assert in_vain(client_of(lead), busy.get_absolute_url() + query) == []


@pytest.mark.parametrize("step", ["resolve", "close"])
def test_so_it_does_once_the_work_is_over(at_noon, client_of, lead, busy, step):
    if step == "close":
        busy.close(reason="false_alarm", by=lead, at=at_noon)
    else:
        busy.resolve(by=lead, at=at_noon)

    assert in_vain(client_of(lead), busy.get_absolute_url()) == []


@pytest.mark.parametrize("page", ["message", "edit", "timeline", "deadlines"])
def test_so_it_does_on_the_pages_beside_it(at_noon, client_of, lead, busy, page):
    address = reverse(f"admin:incidents_incident_{page}", args=[busy.pk])

    assert in_vain(client_of(lead), address) == []


@pytest.mark.parametrize(
    "name",
    ["index", "incidents_incident_add"]
    + [f"incidents_{each}_changelist" for each in ("incident", "actionitem")],
)
def test_so_it_does_on_the_way_there(at_noon, client_of, lead, busy, name):
    assert in_vain(client_of(lead), reverse(f"admin:{name}")) == []


def test_an_image_alone_is_not_kept_back_by_the_browser(client_of, lead, incident):
    page = client_of(lead).get(incident.get_absolute_url()).content.decode()
    address = reverse("admin:incidents_incident_do", args=[incident.pk, "note"])

    nothing = client_of(lead).post(address, {"text": ""})

    line = page.partition('id="entry"')[2].partition("</form>")[0]
    assert "required" not in line
    assert nothing.status_code == 422
    assert "An entry needs a text or an image" in nothing.content.decode()
