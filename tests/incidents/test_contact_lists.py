"""Contacts that stand for many: lists of mail addresses, and chats to post to."""

from __future__ import annotations

import pytest
from django.urls import reverse

from incidents.models import Contact

ADD = reverse("admin:incidents_contact_add")
LIST = reverse("admin:incidents_contact_changelist")


def page_of(contact, name="change"):
    return reverse(f"admin:incidents_contact_{name}", args=[contact.pk])


def told(routes):
    return {"name": "Customers", "kind": "list", "routes": routes}


def test_a_list_is_pasted_one_address_a_line_each_kept_once(client_of, manager):
    pasted = "ada@customer.example\nbela@customer.example\nADA@customer.example"

    client_of(manager).post(
        ADD, {"name": "Customers", "kind": "list", "routes": pasted}
    )

    page = client_of(manager).get(page_of(Contact.objects.get())).text
    assert "ada@customer.example\nbela@customer.example" in page
    assert "email × 2" in client_of(manager).get(LIST).text


def test_a_list_has_its_limit(client_of, manager):
    pasted = "\n".join(f"c{n}@customer.example" for n in range(2_001))

    answer = client_of(manager).post(ADD, told(pasted))

    assert "at most 2,000 addresses; this one has 2,001." in answer.text


HOOK = "https://hooks.slack.com/services/T00000000/B00000000/" + "x" * 24
SLACK = {"name": "Desk", "kind": "list", "routes": "", "hook_kind": "slack"}


def changed(browser, contact, **typed):
    form = browser.get(page_of(contact)).context["adminform"].form
    seen = {f"initial-{each.name}": each.value() or "" for each in form}
    posted = {each.name: each.value() or "" for each in form}
    answer = browser.post(page_of(contact), {**seen, **posted, **typed})
    contact.refresh_from_db()
    return answer


def test_the_address_of_a_chat_is_written_and_never_shown(
    client_of, manager, responder
):
    browser = client_of(manager)
    browser.post(ADD, {**SLACK, "chat_address": HOOK})
    contact = Contact.objects.get()

    changed(browser, contact, name="Service desk")

    assert (contact.name, contact.hook_address) == ("Service desk", HOOK)
    pages = [browser.get(page_of(contact)), browser.get(page_of(contact, "history"))]
    pages.append(client_of(responder).get(page_of(contact)))
    assert all("services/T0" not in page.text for page in pages)
    assert "Set, at hooks.slack.com, never shown." in pages[0].text
    assert "Slack (hooks.slack.com)" in pages[-1].text


def test_another_address_replaces_it_and_no_chat_forgets_it(client_of, manager):
    browser = client_of(manager)
    browser.post(ADD, {**SLACK, "chat_address": HOOK})
    contact = Contact.objects.get()

    changed(browser, contact, chat_address=HOOK.replace("x", "y"))
    assert contact.hook_address == HOOK.replace("x", "y")
    changed(browser, contact, hook_kind="", routes="desk@debrief.example")

    assert (contact.hook_kind, contact.hook_address) == ("", "")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"hook_kind": "slack"}, "Write the whole address, beginning with https://."),
        ({"hook_kind": "slack", "chat_address": "slack"}, "Write the whole address"),
        ({"hook_kind": "", "chat_address": HOOK}, "Choose what kind of chat this is"),
    ],
)
def test_a_chat_that_cannot_be_posted_to_is_refused(
    client_of, manager, typed, sentence
):
    answer = client_of(manager).post(ADD, {**SLACK, "routes": "a@b.example", **typed})

    assert sentence in answer.text
    assert not Contact.objects.exists()
