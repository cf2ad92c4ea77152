"""References in people's words: what becomes a link, and for whom."""

from __future__ import annotations

import re

import pytest

from incidents.models import ActionItem, Incident
from postmortems.references import References, Target, images_named_in, key_of
from postmortems.rendering.prose import prose

KNOWN = References(
    {
        "INC-20261121-002": Target("/incident/5/", 'Cards "fail"'),
        "INC-2026-11-21-1002": Target("/incident/6/", ""),
        "incident:5": Target("/incident/5/", ""),
        "item:12": Target("/item/12/", "Raise the limit"),
    }
)
INCIDENT = "http://localhost:8000/admin/incidents/incident/5/change/"
LINK = re.compile(r'<a href="([^"]*)"[^>]*>(.*?)</a>')


def linked(text, links=KNOWN):
    return LINK.findall(prose(text, links=links))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("As in INC-20261121-002.", "INC-20261121-002"),
        ("(INC-2026-11-21-1002)", "INC-2026-11-21-1002"),
        ("参照INC-20261121-002を", "INC-20261121-002"),
        ("**item:12**, then", "item:12"),
        (f"see {INCIDENT}.", INCIDENT),
        ("at /admin/incidents/actionitem/12/", "/admin/incidents/actionitem/12/"),
        ("# On INC-20261121-002", "INC-20261121-002"),
        ("|a|\n|-|\n|item:12|", "item:12"),
        ("[the fix](item:12)", "the fix"),
        (f"[it]({INCIDENT}#entry-7)", "it"),
        ("a[^1]\n\n[^1]: INC-20261121-002", "INC-20261121-002"),
    ],
)
def test_what_the_reader_may_see_becomes_a_link(text, words):
    found = [each for each in linked(text) if "#" not in each[0]]

    assert [shown for _address, shown in found] == [words]
    assert found[0][0] in {"/incident/5/", "/incident/6/", "/item/12/"}


@pytest.mark.parametrize(
    "text",
    [
        "`INC-20261121-002` and `item:12`",
        "```\nINC-20261121-002\n```",
        "    INC-20261121-002",
        "INC-20261121-0021 XINC-20261121-002 INC-20261121-002-3 #INC-20261121-002",
        "https://tickets.example/INC-20261121-002 a@INC-20261121-002",
        "item:123 item:13 xitem:12 item:12-3",
        "[it](item:13)",
        "http://elsewhere.example/admin/incidents/incident/5/change/",
        "[it](/admin/incidents/incident/6/change/)",
        "[it](/%61dmin/incidents/incident/6/change/)",
    ],
)
def test_everything_else_stays_text(text):
    assert linked(text) == []


def test_a_reference_within_a_link_leads_where_the_link_does():
    text = "[see INC-20261121-002 ![item:12](https://a.example)](https://b.example)"

    assert linked(text) == [("https://b.example", "see INC-20261121-002 item:12")]


def test_a_link_says_what_it_leads_to():
    html = prose("INC-20261121-002", links=KNOWN)

    assert 'title="Cards &quot;fail&quot;"' in html


def test_nothing_leads_inside_for_readers_without_access():
    text = f"[a](/admin/) [b]({INCIDENT}) [c](item:12) ![d](/x/) [e](https://e.example)"

    html = prose(text, links=References.outside())

    assert LINK.sub(r"\1", html) == "<p>a b c d https://e.example</p>\n"


def test_addresses_of_ours_are_told_from_others():
    assert key_of("/admin/incidents/incident/007/") == "incident:7"
    assert key_of("item:012") == "item:12"
    assert key_of("http://[") is None
    assert key_of("//localhost:8000/admin/incidents/incident/7/") is None
    assert key_of("ftp://localhost:8000/admin/incidents/incident/7/") is None


def test_only_images_that_are_named_need_fetching():
    texts = ["![a](image:7) image:8", "[x]: image:7", "![a](https://b.example)"]

    assert images_named_in(texts) == {7, 8}


@pytest.fixture
def incidents(severity, team, lead, at_noon) -> list[Incident]:
    """One that everybody sees, and one that only the lead sees."""
    how = {"severity": severity, "team": team, "by": lead, "at": at_noon}
    told, hidden = (Incident.declare(title=title, **how) for title in ("Told", "Kept"))
    hidden.restrict(True, by=lead, at=at_noon, reason="Secret")
    return [told, hidden]


@pytest.fixture
def texts(incidents, lead, at_noon) -> list[str]:
    """Texts that speak of both incidents, of an item of each, and of what is not."""
    for each in incidents:
        each.add_item(title=f"Item of {each.title}", by=lead, at=at_noon)
    items = ActionItem.objects.all()
    names = [each.reference for each in incidents] + ["INC-20991231-001"]
    pages = [each.get_absolute_url() for each in incidents] + ["item:999"]
    return [" ".join([*names, *pages]), *(f"`item:{each.pk}`" for each in items)]


def titles(links):
    return sorted({target.title for target in links.found.values()})


def test_one_query_finds_all_incidents_and_one_all_items(
    texts, lead, viewer, django_assert_num_queries
):
    viewer.has_perm("incidents.view_incident")  # asked once a request

    with django_assert_num_queries(2):
        seen = References.seen_by(viewer, texts)
    with django_assert_num_queries(0):
        References.seen_by(viewer, ["Nobody is spoken of."])

    assert titles(seen) == ["Item of Told", "Told"]
    assert titles(References.seen_by(lead, texts)) == [
        "Item of Kept",
        "Item of Told",
        "Kept",
        "Told",
    ]


def test_what_may_not_be_seen_looks_like_what_is_not_there(texts, incidents, viewer):
    _told, hidden = incidents
    links = References.seen_by(viewer, texts)

    html = prose(f"{hidden.reference} [x]({hidden.get_absolute_url()})", links=links)

    unknown = prose("INC-20991231-001 [x](/admin/incidents/incident/999/)", links=links)
    made_alike = unknown.replace("INC-20991231-001", hidden.reference)
    address = hidden.get_absolute_url()
    assert html == made_alike.replace("/admin/incidents/incident/999/", address)


def test_a_document_for_everybody_links_only_what_is_open(texts, incidents, settings):
    told, _hidden = incidents

    links = References.for_everybody(texts)

    assert titles(links) == ["Item of Told", "Told"]
    address = f"{settings.SITE_URL}{told.get_absolute_url()}"
    assert linked(told.reference, links) == [(address, told.reference)]
    assert linked("[x](/admin/)", links) == [(f"{settings.SITE_URL}/admin/", "x")]
