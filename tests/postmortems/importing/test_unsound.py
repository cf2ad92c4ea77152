"""Our own Markdown, changed by hand so that no page would have taken what it says."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from incidents.changes import Refused
from incidents.models import Incident
from postmortems.drafting import snapshot_of
from postmortems.importing import Choices, bring_in, source_of_text, story_of
from postmortems.markdown_out import markdown_of
from postmortems.models import Finding, Meeting, PostMortem
from postmortems.models.postmortem_writing import MOST_FINDINGS

PAGE = "admin:postmortems_postmortem_import"
PLACE = "admin:postmortems_postmortem_"


@pytest.fixture
def full(written, lead, responder, at_noon):
    """A write-up with whatever may be damaged, its last factor shown by an entry."""
    incident = written.incident
    entry = incident.note("Told customers", by=lead, at=at_noon)
    item = incident.add_item(title="Watch it", owner=responder, by=lead, at=at_noon)
    item.complete(by=lead, at=at_noon, evidence="The graph is flat.")
    incident.users_affected = 1_200
    incident.save()
    section = written.sections.get(key="contributing_factors")
    added = {section.key: ["First", "Second", "Third"]}
    written.write({}, added=added, by=lead, at=at_noon)
    Finding.objects.filter(text="Third").update(evidence=entry, item=item)
    Meeting.objects.create(
        postmortem=written,
        starts_at=at_noon + timedelta(days=2),
        follow_up_on=(at_noon + timedelta(days=30)).date(),
        uid="x",
        called_by=lead,
    )
    return written


@pytest.fixture
def text(full):
    """Give its Markdown, its reference free as if it were another database."""
    text = markdown_of(snapshot_of(full))
    Incident.objects.filter(pk=full.incident_id).update(reference="X-1")
    return text


@pytest.fixture
def bring(team, administrator, at_noon):
    def bring(text, **choices):
        source = source_of_text(text)
        return bring_in(source, Choices(team, **choices), by=administrator, at=at_noon)

    return bring


def with_facts(text, piece, old, new):
    """Change what the first mark of a piece that says this says in braces."""
    pattern = rf"(<!-- debrief:{piece} \{{[^\n]*){old}"
    changed, count = re.subn(pattern, lambda m: m[1] + new, text, count=1)
    assert count, (piece, old)
    return changed


def with_cell(text, number, words):
    """Write other words into a cell of the last action item."""
    row = [line for line in text.split("\n") if re.match(r"\| \d+ \|", line)][-1]
    cells = row.split(" | ")
    cells[number] = words
    return text.replace(row, " | ".join(cells))


def refused(bring, text):
    """Import a text that is refused; give the sentence, having looked what is left."""
    before = Incident.objects.count()

    with pytest.raises(Refused) as caught:
        bring(text)

    assert Incident.objects.count() == before
    assert PostMortem.objects.count() == 1
    return str(caught.value)


FRONT = [
    ("name: started\n  label: Started\n  at: '2026", "'9999", "moments 1, at"),
    ("name: started\n  label: Started\n  at: '2026", "'0001", "moments 1, at"),
    ("impact:\n- start: '2026", "'9999", "impact 1, start"),
    ("  end: '2026", "'9999", "impact 1, end"),
    ("  end: '2026", "'1990", "impact 1, end"),
    ("starts_at: '2026", "'9999", "meeting, starts_at"),
    ("follow_up_on: '2026", "'9999", "meeting, follow_up_on"),
    ("follow_up_on: '2026", "'2025", "meeting, follow_up_on"),
    ("meeting:\n  starts_at: '2026-11-23T12:00:00Z", "'2026-11-23T12:00:00", "no time"),
    ("meeting:\n  starts_at: '2026-11-23T12:00:00Z", "'soon", "meeting, starts_at"),
    ("moments:\n- name: started", "moments:\n- nome: x", "moments 1, name"),
    ("zone: Europe", "zone: 12\nis_drill: 7\nteam: 3\nowner: x", "team"),
    ("title: Checkout fails", "title: ''", "title"),
    ("title: Checkout fails", "title: 404", "put it into quotes"),
    ("title: Checkout fails", "title: a: b", "Line 4 cannot be read"),
    ("title: Checkout fails", f"title: {'x' * 201}", "Title: "),
    ("debrief: 1", "debrief: 2", "format 1"),
    ("title: Checkout fails", "title: x\nleft_out: -1", "left_out"),
    (
        "title: Checkout fails",
        f"title: x\nleft_out: 0x{'f' * 5000}",
        "left_out",
    ),
    ("title: Checkout fails", "title: x\ncause: bad luck", "cause"),
]


def test_damage_above_the_text_is_named(bring, text):
    for old, new, said in FRONT:
        start, year, _behind = old.rpartition("'2026")
        assert old in text, old

        changed = text.replace(old, start + new if year else new, 1)

        assert said in refused(bring, changed), (old, new)


REFERENCES = [
    '"INC-1\\r\\nBcc: x@y.example"',
    "<b>INC-1</b>",
    "'INC 1'",
    "'INC-\"1'",
    "x" * 41,
    "'#1'",
]


def test_a_reference_is_made_of_few_signs(bring, text):
    for reference in REFERENCES:
        changed = text.replace("INC-20261121-001", reference, 1)

        assert "“reference”: write letters" in refused(bring, changed)


def test_an_empty_reference_is_for_a_new_one(bring, text):
    _story, made = bring(re.sub("reference: .*", "reference: ''", text))

    assert made.incident.reference.startswith("INC-20261121-")


MARKS = [
    ("entry", '"at": "2026', '"at": "9999', "entry 1, at"),
    ("entry", '"at": "[^"]*"', '"at": "2026-11-21T10:00:00"', "no time zone"),
    ("entry", '"at": "[^"]*"', '"at": "0001-01-01T00:00+14:00"', "before 1970"),
    ("entry", '"kind": "[a-z]*"', '"kind": "omen"', "entry 1, kind"),
    ("entry", '"number": 1', '"number": 2', "has the number 2 already"),
    ("entry", '"number": 1', '"number": "one"', "entry 1, number"),
    ("section", '"kind": "list"', '"kind": "block"', "no other, names one"),
    ("section", '"origin"', '"kind": "poem", "origin"', "kind"),
    ("section", '"kind": "block"', '"kind": "list"', "no other, names one"),
    ("section", '"block": "[a-z]*"', '"block": "weather"', "“weather” is not known"),
    ("section", '"origin": "[a-z]*"', '"origin": "moon"', "origin"),
    ("section", '"key"', '"depth": 70000, "key"', "depth"),
    ("section", '"key"', '"zone": "../../etc/passwd", "key"', "zone"),
    ("section", '"key"', '"columns": ["a", 2], "key"', "columns 2"),
    ("section", '"key": "', '"key": "no slug ', "Key"),
    ("line", '"number": 1', '"number": 1, "earlier": 1', "line 1, earlier"),
    ("line", '"number": 1', '"number": 1, "earlier": 9', "line 1, earlier"),
    ("line", '"number": 1', '"number": 1, "evidence": 99', "the number 99"),
    ("line", '"number": 1', '"number": 1, "evidence": [1]', "line 1, evidence"),
    ("line", '"number": 1', '"number": 1, "item": 99', "the number 99"),
    ("line", '"number": 1', '"number": 1, "priority": 9', "write one of 0, 1, 2, 3"),
    ("line", '"number": 1', '"number": 1, "category": "fate"', "“fate” is not known"),
    ("line", '"number": 1', '"number" 1', "no JSON"),
]


def test_damage_in_a_mark_is_named(bring, text):
    for piece, old, new, said in MARKS:
        assert said in refused(bring, with_facts(text, piece, old, new)), new


CELLS = [
    (3, "9999-01-01", "action item 1, due_on"),
    (3, "soon", "action item 1, due_on"),
    (4, "P9", "write one of P0, P1, P2, P3"),
    (4, "9" * 5_000, "action item 1, priority"),
    (5, "asleep", "write one of open, in_progress, done, dropped"),
    (5, "open", "it is still to be done"),
    (6, "magic", "action item 1, kind"),
    (7, "someday", "action item 1, horizon"),
    (8, "javascript:alert(1)", "Ticket: "),
    (9, "9999-01-01T00:00:00Z", "action item 1, finished_at"),
    (9, "2026-11-20T10:00:00", "no time zone"),
    (10, "tired of it", "it was not dropped"),
    (0, "| one", "action item 1, number"),
    (1, "a | b", "has 13 cells, not 12"),
]


def test_damage_in_the_table_of_items_is_named(bring, text):
    for number, words, said in CELLS:
        assert said in refused(bring, with_cell(text, number, words)), words


def test_what_was_done_at_no_time_was_done_by_the_end(bring, text, at_noon):
    _story, made = bring(with_cell(text, 9, ""))

    item = made.incident.items.get()
    assert (item.status, item.finished_at) == ("done", at_noon)


def test_states_may_be_told_by_their_labels(bring, text, at_noon):
    _story, made = bring(with_cell(with_cell(text, 9, ""), 5, "Dropped"))

    item = made.incident.items.get()
    assert (item.status, item.finished_at) == ("dropped", at_noon)
    assert "imported" in item.dropped_because


FIGURES = [(",", None), ("-5", None), ("9" * 5_000, None), ("101 %", None)]


def test_a_figure_that_is_none_stays_text(text, team, administrator, at_noon):
    for words, known in [*FIGURES, ("1,200", 1_200), ("12", 12)]:
        source = source_of_text(text.replace("value: 1,200", f"value: '{words}'"))

        story = story_of(source, Choices(team), by=administrator, now=at_noon)

        assert story.known.get("users_affected") == known
        kept = f"Users affected: {words}" in story.left
        noted = any("stays text" in note for note in story.notes)
        assert kept == noted == (known is None)


def test_a_ring_of_factors_is_refused(bring, text):
    before, sign, below = text.partition("Contributing factors")
    for number, came_of in ((1, 3), (2, 1), (3, 2)):
        says = f'"number": {number}'
        below = below.replace(says, f'{says}, "earlier": {came_of}', 1)

    assert "came of this one already" in refused(bring, before + sign + below)


def test_limits_of_the_pages_are_those_of_a_file(bring, text):
    long = text.replace("What to say of summary.", "x" * 65_537)
    line = '- <!-- debrief:line {"number": 9} -->\n  x\n  <!-- /debrief:line -->\n'
    lines = "".join(line.replace("9", str(n + 10)) for n in range(MOST_FINDINGS))
    mark = '- <!-- debrief:line {"number": 1} -->'
    section = '\n<!-- debrief:section {"key": "a"} -->\n\n## A\n'
    many = text.replace(mark, f"{lines}{mark}", 1)

    assert "longer than 64 KiB" in refused(bring, long)
    assert "has more than 100 lines" in refused(bring, many)
    assert "at most 60" in refused(bring, text + section * 60)


def test_what_no_database_keeps_is_left_out(bring, text):
    changed = text.replace("title: Checkout fails", r'title: "Che\0ck\uD800out\nfails"')
    author = r'"author": "A\u0000n\ud800"'
    changed = with_facts(changed, "entry", '"author": "[^"]*"', author)

    _story, made = bring(changed)

    assert made.incident.title == "Check?out fails"
    assert "An?" in {each.told_by for each in made.incident.timeline.all()}


def test_each_page_of_what_was_damaged_and_taken_opens(bring, text, client_of, lead):
    changed = with_cell(text, 9, "").replace("value: 1,200", "value: 1,2,0,0")
    _story, made = bring(changed, publishes=True)

    for name in ("change", "read", "markdown", "html"):
        answer = client_of(lead).get(reverse(f"{PLACE}{name}", args=[made.pk]))
        assert answer.status_code == 200


def test_the_page_says_it_and_keeps_the_text(client_of, lead, team, text, at_noon):
    changed = with_facts(text, "entry", '"at": "2026', '"at": "9999')
    typed = {"text": changed, "team": team.pk, "import": "1"}

    answer = client_of(lead).post(reverse(PAGE), typed)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "“entry 1, at”: 9999-11-21" in page
    assert "lies too far ahead: check the date." in page
    assert "our fault" not in page


def said_of(client, team, text):
    answer = client.post(reverse(PAGE), {"text": text, "team": team.pk, "look": "1"})
    return answer.status_code, answer.content.decode()


def test_a_hidden_reference_is_answered_as_a_free_one(
    client_of, outsider, administrator, team, full, at_noon
):
    full.incident.restrict(True, by=administrator, at=at_noon, reason="Personal data")
    hidden = markdown_of(snapshot_of(full)).replace("is_restricted: true\n", "")
    free = hidden.replace("INC-20261121-001", "INC-20261121-777")
    client = client_of(outsider)

    one, other = (said_of(client, team, text) for text in (hidden, free))

    token = re.compile(r'(csrfmiddlewaretoken" value="|nonce=")[^"]+')
    same = [token.sub("", page[1]).replace("-777", "-001") for page in (one, other)]
    assert one[0] == other[0] == 200
    assert same[0] == same[1]


def test_a_meeting_called_off_comes_back_as_that(bring, full, at_noon):
    Meeting.objects.update(cancelled_at=at_noon)
    text = markdown_of(snapshot_of(full))
    Incident.objects.update(reference="X-1")

    _story, made = bring(text)

    assert made.meeting.cancelled_at == at_noon
    assert snapshot_of(made).meeting.is_cancelled


def test_how_one_knows_that_an_item_worked_travels(bring, text):
    _story, made = bring(text)

    assert made.incident.items.get().evidence == "The graph is flat."
