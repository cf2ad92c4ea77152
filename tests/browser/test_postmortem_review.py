"""A review under the hand: comment, approve, meet, publish, download."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from incidents.models import ActionItem, Incident, Notification
from postmortems.drafting import snapshot_of
from postmortems.meetings import Plan, arrange, decide
from postmortems.models import Meeting, PostMortem, SectionComment
from postmortems.reports import render_waiting
from postmortems.reviewing import ask
from postmortems.snapshot import Entry, Figure, Part
from postmortems.standalone import standalone
from tests.browser.hand import Hand
from tests.browser.judging import TOO_WIDE, grave
from tests.whole import by_hand, one_in

pytestmark = pytest.mark.browser
DAY = timedelta(days=1)


@pytest.fixture
def postmortem(severity, team, lead) -> PostMortem:
    """A draft that says something wherever its playbook asks."""
    made = {"severity": severity, "team": team, "by": lead, "at": timezone.now()}
    incident = Incident.declare(title="Checkout fails", **made)
    incident.resolve(by=lead, at=timezone.now())
    paper = PostMortem.open(incident, by=lead, at=timezone.now())
    owed = [each for each in paper.sections.all() if each.is_owed]
    texts = {each.key: ("", "It broke.") for each in owed if not each.is_list}
    lines = {each.key: ["A line."] for each in owed if each.is_list}
    paper.write(texts, added=lines, by=lead, at=timezone.now())
    return paper


def url(name, postmortem, *more):
    return reverse(f"admin:postmortems_postmortem_{name}", args=[postmortem.pk, *more])


@pytest.mark.parametrize("width", one_in(2, [390, 1440]))
def test_from_a_comment_to_the_file(
    open_window, postmortem, lead, responder, manager, width
):
    reader = open_window(responder, width=width)
    reader.goto(postmortem.get_absolute_url())
    comments = reader.locator("#comments-summary")
    comments.locator("summary").first.click()
    comments.get_by_role("textbox").fill("Since when?")
    comments.get_by_role("button", name="Add comment").click()
    expect(comments).to_contain_text("1 open comment")
    reader.get_by_role("button", name="Approve").click()
    expect(reader.locator("#review")).to_contain_text("Approves")

    author = open_window(lead, width=width)
    author.goto(postmortem.get_absolute_url())
    author.locator("#id_text-summary").fill("It broke at nine.")
    author.get_by_role("button", name="Resolve “Since when?”").click()
    expect(author.locator("#comments-summary")).to_contain_text("1 resolved")
    expect(author.locator("#id_text-summary")).to_have_value("It broke at nine.")
    assert author.evaluate(TOO_WIDE) <= 0
    author.get_by_role("button", name="Save and publish").click()
    expect(author.locator("#state")).to_contain_text("changed after Responder")
    reader.goto(postmortem.get_absolute_url())
    reader.get_by_role("button", name="Approve it as it is now").click()
    expect(reader.locator("#review")).to_contain_text("Approves")
    author.get_by_role("button", name="Save and publish").click()
    expect(author.locator("#state")).to_contain_text("Version 1, by Lead")
    Hand(author).press("Render PDF")
    render_waiting()
    link = author.locator("#versions").get_by_role("link", name="Download")
    with author.expect_download() as download:
        link.click(timeout=10_000)

    assert download.value.path().read_bytes().startswith(b"%PDF-")
    published = postmortem.latest().snapshot
    assert published.part("summary").body == "It broke at nine."
    assert [each.is_stale for each in published.approvals] == [False]


@by_hand
def test_a_meeting_is_called_and_worked_through(open_window, postmortem, lead):
    page = open_window(lead, width=390)
    page.goto(postmortem.get_absolute_url())
    page.get_by_role("link", name="Call a meeting").click()
    page.get_by_label("Where").fill("Room 2")
    page.get_by_role("button", name="Call it, and invite everybody").click()

    expect(page.locator(".agenda")).to_contain_text("10:00")
    page.get_by_label("What was decided?").fill("Alert on depth\nAsk the vendor")
    page.get_by_role("button", name="Save decisions").click()
    page.get_by_role("button", name="of decision 2").click()
    expect(page.locator("#items")).to_contain_text("Ask the vendor")
    page.get_by_label("What must change?").fill("Tune the cache")
    page.get_by_label("Due", exact=True).fill("2031-01-06")
    page.get_by_role("button", name="Add action item").click()

    expect(page.locator("#items")).to_contain_text("6 Jan 2031")
    assert page.evaluate(TOO_WIDE) <= 0
    assert Meeting.objects.get().place == "Room 2"
    assert ActionItem.objects.count() == 2
    assert Notification.objects.filter(kind="meeting").exists()


@by_hand
def test_without_scripts_nothing_typed_is_lost_by_a_comment(
    open_window, postmortem, lead
):
    page = open_window(lead, width=390, java_script_enabled=False)
    page.goto(postmortem.get_absolute_url())
    page.locator("#id_text-summary").fill("Typed before.")
    comments = page.locator("#comments-summary")
    comments.locator("summary").first.click()
    comments.get_by_role("textbox").fill("Is that all?")
    comments.get_by_role("button", name="Add comment").click()

    expect(page.locator("#comments-summary")).to_contain_text("Is that all?")
    expect(page.locator("#id_text-summary")).to_have_value("Typed before.")
    page.get_by_role("button", name="Resolve “Is that all?”").click()
    expect(page.locator("#comments-summary")).to_contain_text("1 resolved")
    assert SectionComment.objects.get().resolved_by == lead


@by_hand
@pytest.mark.parametrize("width", [1440, 390])
def test_nothing_serious_is_found(
    open_window, postmortem, lead, viewer, manager, width
):
    now = timezone.now()
    ask(postmortem, [viewer], by=lead, at=now)
    section = postmortem.sections.get(key="summary")
    first = postmortem.comment(section, "Why?", by=viewer, at=now)
    postmortem.comment(section, "When?", by=viewer, at=now)
    postmortem.settle(first, resolved=True, by=lead, at=now)
    postmortem.switch(section, public=True, by=lead, at=now)
    arrange(postmortem, Plan(now + DAY, 30, "Room 2", (lead,)), by=lead, at=now)
    decide(postmortem, ["Alert on depth"], by=lead, at=now)
    page = open_window(lead, width=width, bypass_csp=True)

    found = []
    for name, keys in (
        ("change", []),
        ("meeting", []),
        ("edition", ["customer"]),
        ("comments", ["summary"]),
    ):
        page.goto(url(name, postmortem, *keys))
        for summary in page.locator(".ask > summary, .comments summary").all():
            summary.click()
        found += [(name, *each) for each in grave(page)]
        assert page.evaluate(TOO_WIDE) <= 0, name

    assert found == []


PRINTED = """() => {
    const all = (name) => [...document.querySelectorAll(name)];
    const cut = (each) => each.scrollWidth > each.clientWidth + 1;
    const range = document.createRange();
    const lines = (each) => {
        range.selectNodeContents(each);
        return range.getClientRects().length;
    };
    range.selectNodeContents(document.querySelector("h1"));
    const [text, head] = [range, document.querySelector("h1")].map(
        (each) => each.getBoundingClientRect().right);
    return {
        cut: all(".prose, .paper-figures > div").filter(cut).length,
        lines: Math.max(...all(".day .q").map(lines)),
        ground: getComputedStyle(document.body).backgroundColor,
        fromTheRight: head - text,
    };
}"""


def test_the_file_of_html_fits_its_paper(open_window, postmortem, noon):
    """Wide tables, long words, long figures, and letters from the right."""
    row = f"|{'payments-eu-west-1 |' * 12}\n"
    long = "supercalifragilistic" * 30
    entry = Entry(id=1, at=noon, kind="note", label="Communication", text=long)
    told = {
        "title": "شبكة",
        "figures": (Figure(label="To detect", value="under a minute"),) * 5,
        "timeline": (entry,),
        "parts": (
            Part(key="a", title="A", body=f"{row}|{'---|' * 12}\n{row}"),
            Part(key="b", title="B", kind="block", block="timeline"),
        ),
    }
    snapshot = snapshot_of(postmortem).model_copy(update=told)
    page = open_window()
    page.set_viewport_size({"width": 670, "height": 900})
    page.emulate_media(media="print", color_scheme="dark")

    page.set_content(standalone(snapshot, postmortem.incident))

    seen = page.evaluate(PRINTED)
    assert (seen["cut"], seen["ground"]) == (0, "rgba(0, 0, 0, 0)")
    assert (seen["lines"], round(seen["fromTheRight"])) == (1, 0)
