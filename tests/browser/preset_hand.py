"""Working an incident by hand under one of the presets, minute by minute."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Locator, Page, expect

from incidents.alerts.signature import hash_of
from incidents.alerts.working import work_off
from incidents.bindings import codes_of
from incidents.choices import BoundKind, DeliveryState
from incidents.deadlines import mark_passed
from incidents.delivery import deliver_due
from incidents.models import AlertSource, Contact, Incident, Team
from incidents.models import Notification as Letter
from incidents.playbooks.presets import preset
from incidents.playbooks.storing import store
from tests.browser.hand import Hand
from tests.incidents.alerts.conftest import SECRET, TOKEN, signed, written

TITLE = "Checkout fails for cards issued in the EU"
RUNG = re.compile(r"this incident needs you: (.+) \(\d\d:\d\d \w+\)\.")
LINK = re.compile(r"https?://[^\s\"<>]+")


class Shift:
    """One incident, from the alert to its end; the clock stands between two steps."""

    incident: Incident

    def __init__(
        self,
        team: Team,
        people: dict[str, User],
        began: datetime,
        clock: Any,
        open_window: Callable[..., Page],
    ) -> None:
        self.team, self.people, self.began, self.clock = team, people, began, clock
        self.minute = 0
        self.open_window = open_window
        self.windows: dict[str, Hand] = {}
        self._seen: dict[str, int] = {}

    def works_by(self, code: str, *, on_call: str) -> None:
        """Publish the preset, and bind who stands behind its roles and audiences."""
        document = preset(code)
        stored = store(code, document, by=None, at=self.began)
        self.team.playbook = stored.playbook
        self.team.save()
        for each in codes_of(document):
            if each.kind == BoundKind.ROLE:
                self._bind_role(each.code, each.name, is_on_call=each.code == on_call)
            elif each.kind == BoundKind.AUDIENCE:
                routes = [{"medium": "email", "address": f"{each.code}@list.example"}]
                known = {"name": f"List: {each.name}", "kind": "list"}
                self._bind(each.kind, each.code, routes=routes, **known)

    def _bind_role(self, code: str, name: str, *, is_on_call: bool) -> None:
        if is_on_call:
            known = {"kind": "person", "user": self.people["Responder"]}
            self._bind(BoundKind.ROLE, code, name=name, **known)
            return
        routes = [
            {"medium": "email", "address": f"{code}@debrief.example"},
            {"medium": "pager", "address": f"{code}@pager.example"},
            {"medium": "phone", "address": "+49 30 5550100"},
        ]
        self._bind(BoundKind.ROLE, code, name=name, kind="rota", routes=routes)

    def _bind(self, bound: str, code: str, **known: Any) -> None:
        contact = Contact.objects.create(**known)
        self.team.bindings.create(kind=bound, code=code, contact=contact)

    def until(self, minute: int) -> None:
        """Let the minutes pass one by one, with what the workers do in each."""
        while self.minute < minute:
            self.minute += 1
            self.clock.move_to(self.now, tick=False)
            self.sweep()

    def sweep(self) -> None:
        mark_passed(self.now)
        if Letter.objects.filter(state=DeliveryState.QUEUED).exists():
            deliver_due(now=self.now)

    @property
    def now(self) -> datetime:
        return self.began + timedelta(minutes=self.minute)

    def window(self, name: str = "") -> Hand:
        """Give somebody's window, in which it is as late as it is here."""
        if name not in self.windows:
            self.windows[name] = Hand(self.open_window(self.people.get(name)))
        self.windows[name].page.context.clock.set_fixed_time(self.now)
        return self.windows[name]

    def alert(self, severity: str) -> None:
        """Have the monitoring send what it sees, signed, over the wire."""
        source = {"kind": "generic", "severity": severity, "secret": SECRET}
        AlertSource.objects.create(
            name="Monitoring", team=self.team, token_hash=hash_of(TOKEN), **source
        )
        began = (self.began - timedelta(minutes=3)).isoformat()
        body = {"key": "checkout", "title": TITLE, "status": "firing", "started": began}
        answer = self.window().page.request.post(
            f"/hooks/{TOKEN}/",
            data=json.dumps(body),
            headers={"Content-Type": "application/json", **signed(written(body))},
        )
        assert answer.status == 202, answer.text()
        work_off()
        self.incident = Incident.objects.get()
        self.sweep()

    def acknowledge_from(self, letters: list[Any], address: str) -> None:
        """Press what the newest mail to this address asks for, with no log-in."""
        mine = [each for each in letters if each["To"] == address]
        text = mine[-1].get_body(("plain",)).get_content()
        link = next(each for each in LINK.findall(text) if "/acknowledge/" in each)
        outside = self.window()
        outside.page.goto(urlsplit(link).path)
        expect(outside.page.get_by_role("heading", level=1)).to_have_text(TITLE)
        outside.press("Acknowledge")
        expect(outside.page.locator(".link-card")).to_contain_text("is acknowledged")

    def at_page(self, name: str) -> Page:
        """Look at the incident: anew, if something has happened to it since."""
        page = self.window(name).page
        if self._seen.get(name) != self.incident.timeline.count():
            page.goto(self.incident.get_absolute_url())
        return page

    def press(self, name: str, button: str | Locator) -> Page:
        """Press a button, and wait for the page that it leads to."""
        page = self.window(name).page
        if isinstance(button, str):
            button = page.get_by_role("button", name=button, exact=True)
        with page.expect_navigation():
            button.click()
        expect(page.get_by_role("alert")).to_have_count(0)
        self._seen[name] = self.incident.timeline.count()
        return page

    def do(self, name: str, button: str) -> Page:
        """Press a button of the incident page."""
        self.at_page(name)
        return self.press(name, button)

    def take(self, name: str, role: str) -> None:
        page = self.do(name, f"Take {role}")
        expect(_role(page, role)).to_contain_text(name)

    def hand_over(self, role: str, *, by: str, to: str) -> None:
        """Offer the leading role in one window, accept it in another."""
        page = self.at_page(by)
        page.get_by_role("link", name=f"hand over {role}").click()
        page.get_by_label("To whom?").select_option(label=to)
        self.press(by, "Offer it")
        expect(_role(page, role)).to_contain_text(f"offered to {to}")
        page = self.do(to, "Accept")
        expect(_role(page, role)).to_contain_text(to)

    def update(self, name: str, text: str, *, to: str, next_in: str = "") -> None:
        form = self.at_page(name).locator("#update")
        form.locator("summary").click()
        form.get_by_label("To").select_option(to)
        form.get_by_placeholder("What do they read?").fill(text)
        form.get_by_label("Next in").fill(next_in)
        page = self.press(name, "Post the update")
        expect(page.locator("#region-axis")).to_contain_text(text)

    def raise_to(self, name: str, level: str, because: str) -> None:
        page = self.at_page(name)
        page.get_by_title("Change severity").click()
        page.get_by_role("radio", name=level).check()
        page.get_by_label("Because").fill(because)
        self.press(name, "Change severity")
        expect(page.locator(".incident-head .badge").first).to_contain_text(level)

    def flag(self, name: str, flag: str) -> None:
        page = self.do(name, f"Set {flag}")
        expect(page.locator(".line-one")).to_contain_text(flag)

    def ask(self, name: str, whom: str, *, tried: str, needed: str) -> None:
        """Escalate by hand, from the link beside the clocks."""
        page = self.at_page(name)
        page.get_by_role("link", name="escalate by hand").click()
        page.get_by_label("Whose help?").select_option(label=whom)
        page.get_by_label("What was tried so far?").fill(tried)
        page.get_by_label("What is needed from them?").fill(needed)
        self.press(name, "Ask for help")

    def mitigate_in_two_goes(self, name: str) -> None:
        """Say so, take it back a minute later, say so again when it is true."""
        self.do(name, "Mitigated now")
        self.until(self.minute + 1)
        page = self.press(name, self.at_page(name).locator("#undo button"))
        expect(page.locator("#region-axis")).to_contain_text("Taken back")
        self.until(self.minute + 3)
        self.do(name, "Mitigated now")

    def end(self, name: str, *modes: str) -> None:
        """Resolve it, fill in on its page what is missing, end what holds, close."""
        self.do(name, "Resolved now")
        self.until(self.minute + 1)
        missing = self.at_page(name).locator("#missing li")
        for left in range(missing.count() - len(modes), 0, -1):
            field = missing.get_by_placeholder("not known, because …").first
            field.fill("too early to say")
            self.press(name, missing.get_by_role("button", name="Save").first)
            expect(missing).to_have_count(left - 1 + len(modes))
        for mode in modes:
            self.press(name, mode)
        self.at_page(name).get_by_role("link", name="Close …").click()
        page = self.press(name, "Close the incident")
        expect(page.locator(".incident-head")).to_contain_text("Closed")

    def told(self) -> str:
        """Write the whole timeline down, then every message that left."""
        events = self.incident.timeline.order_by("pk").select_related("author")
        return "\n".join([*map(self._event, events), "", *self._letters(), ""])

    def _event(self, event: Any) -> str:
        who = event.author.first_name if event.author else "Debrief"
        text = " / ".join(event.text.splitlines())
        return f"{self._minutes(event.at):>3}  {event.verb}, {who}: {text}"

    def _letters(self) -> Iterator[str]:
        """Give each with its subject, and those of the ladder with their rung."""
        for row in Letter.objects.filter(state=DeliveryState.SENT).order_by("pk"):
            rung = RUNG.search(row.text)
            why = f" [{rung[1]}]" if rung else ""
            line = f"{row.address}: {row.subject}{why}"
            yield f"{self._minutes(row.created_at):>3}  {line}"

    def _minutes(self, at: datetime) -> str:
        return f"{(at - self.began).total_seconds() / 60:g}"

    def open_all_links(self) -> int:
        """Follow every link of every mail as its reader; give how many there were."""
        links = {
            (row.user, link.replace("&amp;", "&"))
            for row in Letter.objects.select_related("user")
            for link in LINK.findall(f"{row.text} {row.html}")
        }
        for user, link in links:
            reader = Client()
            if user:
                reader.force_login(user, backend="incidents.backends.GroupBackend")
            place = urlsplit(link)
            answer = reader.get(f"{place.path}?{place.query}", follow=True)
            assert answer.status_code == 200, (user, link)
        return len(links)


def _role(page: Page, role: str) -> Locator:
    return page.locator(".roles li", has_text=role)
