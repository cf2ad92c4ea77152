"""Writing a post-mortem under the hand: nothing typed is lost, much is one press."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from incidents.models import TimelineEvent
from postmortems.models import Draft, Finding, PostMortem
from tests.browser.judging import TOO_WIDE, grave
from tests.browser.windows import log_in
from tests.whole import by_hand

pytestmark = pytest.mark.browser


@pytest.fixture
def postmortem(incident, lead, at_noon) -> PostMortem:
    incident.resolve(by=lead, at=at_noon)
    return PostMortem.open(incident, by=lead, at=at_noon)


@pytest.fixture
def factors(postmortem, lead, at_noon):
    section = postmortem.sections.get(key="contributing_factors")
    added = {section.key: ["No alarm", "No test"]}
    postmortem.write({}, added=added, by=lead, at=at_noon)
    return list(section.findings.all())


def url(name, postmortem, *more):
    return reverse(f"admin:postmortems_postmortem_{name}", args=[postmortem.pk, *more])


def test_what_is_typed_outlives_the_window_and_is_saved_on_purpose(
    open_window, postmortem, lead
):
    page = open_window(lead)
    page.goto(postmortem.get_absolute_url())
    page.locator("#id_text-summary").press_sequentially("It broke.")

    expect(page.locator("#kept")).to_have_text("Not kept yet")
    expect(page.locator("#kept")).to_contain_text("Kept 1")
    page.reload()

    expect(page.locator("#id_text-summary")).to_have_value("It broke.")
    expect(page.locator(".unsaved")).to_contain_text("Summary")
    assert postmortem.sections.get(key="summary").body == ""
    page.locator("#id_text-summary").press("Control+s")
    expect(page.locator(".messagelist")).to_contain_text("The text is saved.")
    expect(page.locator(".unsaved")).to_have_count(0)
    assert postmortem.sections.get(key="summary").body == "It broke."
    assert not Draft.objects.exists()


@by_hand
def test_leaving_in_the_middle_of_a_word_keeps_it(open_window, postmortem, lead):
    page = open_window(lead)
    page.goto(postmortem.get_absolute_url())
    page.locator("#id_text-summary").fill("It bro")

    page.goto(postmortem.incident.get_absolute_url())
    page.goto(postmortem.get_absolute_url())

    expect(page.locator("#id_text-summary")).to_have_value("It bro")


@by_hand
def test_without_a_line_it_says_so_and_tries_again(open_window, postmortem, lead):
    page = open_window(lead)
    page.goto(postmortem.get_absolute_url())
    page.context.set_offline(True)

    page.locator("#id_text-summary").fill("It broke.")
    page.locator("#id_text-summary").blur()

    expect(page.locator("#kept")).to_contain_text("does not answer")
    page.context.set_offline(False)
    expect(page.locator("#kept")).to_contain_text("Kept 1", timeout=15_000)
    assert Draft.objects.get().texts["text-summary"] == ["", "It broke."]


@by_hand
def test_whoever_is_logged_out_meanwhile_loses_nothing(
    open_window, postmortem, lead, live_server, settings
):
    page = open_window(lead)
    page.goto(postmortem.get_absolute_url())
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)

    page.locator("#id_text-summary").fill("It broke.")
    page.locator("#id_text-summary").blur()

    expect(page.locator("#kept")).to_contain_text("logged out")
    log_in(page.context, lead, live_server.url)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#kept")).to_contain_text("Kept 1")
    assert Draft.objects.get().texts["text-summary"] == ["", "It broke."]


@by_hand
def test_a_line_becomes_an_item_moves_and_is_described(
    open_window, postmortem, factors, lead
):
    page, (first, second) = open_window(lead), factors
    page.goto(postmortem.get_absolute_url())
    line = page.locator(f"#line-{first.pk}")

    line.locator(".finding-text textarea").fill("No alarm rang")
    line.get_by_role("button", name="Action item").click()
    line.get_by_label("Owner").select_option("Lead")
    line.get_by_role("button", name="Set").click()
    expect(line.locator(".finding-item")).to_contain_text("Lead,")
    line.locator(".finding-text textarea").press("Alt+ArrowDown")
    expect(page.locator(".finding").first).to_have_id(f"line-{second.pk}")
    line.locator(".finding-more summary").click()
    line.get_by_label("Category").select_option("Monitoring")
    line.get_by_role("button", name="Save factor").click()

    expect(line.locator(".finding-facts")).to_contain_text("Monitoring")
    found = Finding.objects.get(pk=first.pk)
    assert (found.text, found.category) == ("No alarm rang", "monitoring")


def test_of_two_writers_neither_loses_a_word(open_window, postmortem, lead, responder):
    pages = [open_window(person) for person in (lead, responder)]
    for page, text in zip(pages, ("It broke.", "It fell."), strict=True):
        page.goto(postmortem.get_absolute_url())
        page.locator("#id_text-summary").fill(text)
    his, hers = pages
    mine = hers.locator("#id_text-summary")

    his.get_by_role("button", name="Save", exact=True).last.click()
    expect(his.locator(".messagelist")).to_contain_text("saved")
    mine.press("Control+s")

    expect(hers.locator(".stored-text")).to_have_text("It broke.")
    expect(mine).to_have_value("It fell.")
    mine.fill("It broke and fell.")
    mine.press("Control+s")
    expect(hers.locator(".stored")).to_have_count(0)
    expect(mine).to_be_focused()
    assert postmortem.sections.get(key="summary").body == "It broke and fell."


@by_hand
def test_the_preview_is_a_sheet_of_paper(open_window, postmortem, lead):
    page = open_window(lead)
    page.goto(postmortem.get_absolute_url())
    summary = page.locator("#section-summary")
    text = page.locator("#id_text-summary")
    text.fill("It **broke**.\n\n| a |\n|---|\n| 1 |")

    summary.get_by_role("button", name="Preview").click()
    expect(summary.locator(".paper strong")).to_have_text("broke")
    expect(summary.locator(".paper td")).to_have_text("1")
    expect(text).to_be_hidden()
    summary.get_by_role("button", name="Preview").click()

    expect(text).to_be_focused()
    text.fill("x" * 60_000)
    expect(summary.locator(".size")).to_have_text("58.6 of 64 KiB, 5.4 KiB left")
    text.fill("x" * 70_000)
    text.press("Control+s")
    expect(page.locator("#kept")).to_contain_text("longer than 64 KiB")
    text.fill("")


def test_ranges_are_marked_by_mouse_and_by_keys(open_window, postmortem, lead, at_noon):
    incident = postmortem.incident
    made = [incident.note(f"Entry {n}", by=lead, at=at_noon) for n in range(8)]
    page = open_window(lead)
    page.goto(url("timeline", postmortem))
    ticks = [page.locator(f"#entry-{each.pk} input[name=in]") for each in made]

    ticks[0].click()
    ticks[2].click(modifiers=["Shift"])
    ticks[4].focus()
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowDown")
    page.locator(f"#entry-{made[6].pk} .at").hover()
    page.mouse.down()
    page.locator(f"#entry-{made[7].pk} .at").hover()
    page.mouse.up()
    page.locator(f"#entry-{made[3].pk} .reword").click()
    page.keyboard.press("Control+a")
    page.keyboard.type("Said better")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.locator(".messagelist")).to_contain_text("8 changes are saved.")
    entries = TimelineEvent.objects.filter(pk__in=[each.pk for each in made])
    marked = entries.filter(in_postmortem=True)
    assert [each.document_text for each in marked] == ["Said better"]


@by_hand
def test_without_scripts_everything_is_saved(open_window, postmortem, factors, lead):
    page = open_window(lead, java_script_enabled=False)
    page.goto(postmortem.get_absolute_url())

    page.locator("#id_text-summary").fill("It broke.")
    page.locator("#id_new-contributing_factors").fill("- No time")
    page.locator(f"#line-{factors[0].pk} [formaction*=move_down]").click()

    texts = Finding.objects.order_by("order").values_list("text", flat=True)
    assert list(texts) == ["No test", "No alarm", "No time"]
    assert postmortem.sections.get(key="summary").body == "It broke."
    page.locator(f"#line-{factors[0].pk} .without-script").click()
    page.get_by_label("Priority").select_option("P1")
    page.get_by_role("button", name="Save factor").click()
    expect(page.locator(f"#line-{factors[0].pk} .badge")).to_have_text("P1")


@by_hand
@pytest.mark.parametrize("width", [390, 1440])
def test_its_pages_fit_and_read_aloud(
    open_window, postmortem, factors, lead, at_noon, width
):
    postmortem.raise_item(factors[0], by=lead, at=at_noon)
    postmortem.write({"summary": ("", "x" * 200)}, by=lead, at=at_noon)
    page = open_window(lead, width=width)
    history = url("section_history", postmortem, "summary")

    for place in (postmortem.get_absolute_url(), url("timeline", postmortem), history):
        page.goto(place)

        assert page.evaluate(TOO_WIDE) <= 0, place
        assert grave(page) == [], place
