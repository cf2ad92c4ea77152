from __future__ import annotations

import pytest

from incidents.changes import Refused
from incidents.deadlines import mark_passed
from incidents.models import Incident, Playbook
from postmortems.importing import Choices, bring_in, source_of_text
from postmortems.models import PostMortem

from .test_command import TEXT


def brought(text, choices, by, at):
    return bring_in(source_of_text(text), choices, by=by, at=at)[1]


def about(incident, text=TEXT):
    return text.replace("Date:", f"Incident ID: {incident.reference}\nDate:")


@pytest.fixture
def over(incident, lead, at_noon):
    incident.note("Rolled back", by=lead, at=at_noon)
    incident.add_item(title="Watch the queue", by=lead, at=at_noon)
    incident.resolve(by=lead, at=at_noon)
    return incident


def test_the_empty_post_mortem_of_an_incident_is_filled(over, team, lead, at_noon):
    PostMortem.open(over, by=lead, at=at_noon)

    made = brought(about(over), Choices(team, zone="UTC"), lead, at_noon)

    over.refresh_from_db()
    assert made.incident == over
    assert (over.title, over.is_record) == ("Checkout fails", False)
    assert over.items.count() == 2  # the one it had is found again
    assert made.sections.filter(body__contains="Nothing fits here.").count() == 1
    assert Incident.objects.count() == 1


def test_what_somebody_wrote_is_never_overwritten(written, team, lead, at_noon):
    before = list(written.sections.values_list("key", "body"))

    with pytest.raises(Refused, match="somebody wrote already"):
        brought(about(written.incident), Choices(team), lead, at_noon)

    assert list(written.sections.values_list("key", "body")) == before


def test_a_closed_incident_gets_no_entries(over, team, lead, at_noon):
    over.close(by=lead, at=at_noon, reason="false_alarm")

    with pytest.raises(Refused, match="is closed"):
        brought(about(over), Choices(team), lead, at_noon)


def test_a_hidden_incident_is_left_alone(over, team, outsider, administrator, at_noon):
    over.restrict(True, by=administrator, at=at_noon, reason="Personal data")

    made = brought(about(over), Choices(team), outsider, at_noon)

    assert made.incident != over
    assert not PostMortem.objects.filter(incident=over).exists()


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("P2", "P2"),
        ("Priority 1", "P1"),
        ("p-3 (minor)", "P3"),
        ("SEV-1", "P3"),
        ("", "P3"),
    ],
)
def test_a_severity_is_found_by_its_name_or_the_mildest_is_taken(
    team, lead, at_noon, said, code
):
    mildest = Playbook.objects.get(slug="default").severities.order_by("-rank").first()
    text = TEXT.replace("Severity: P2", f"Severity: {said}")

    made = brought(text, Choices(team), lead, at_noon)

    expected = mildest.code if code == "P3" and "3" not in said else code
    assert made.incident.severity.code == expected


def test_times_are_in_the_zone_of_the_team_unless_another_is_named(team, lead, at_noon):
    text = TEXT.replace("Timeline (UTC)", "Timeline")

    here = brought(text, Choices(team), lead, at_noon)
    there = brought(text + "-", Choices(team, zone="Asia/Tokyo"), lead, at_noon)

    starts = [f"{each.incident.started_at:%H:%M}" for each in (here, there)]
    assert starts == ["12:02", "05:02"]


def test_open_items_may_be_dropped_as_they_come(team, lead, at_noon):
    made = brought(TEXT, Choices(team, drops_open=True), lead, at_noon)

    states = made.incident.items.order_by("pk").values_list("status", flat=True)
    assert list(states) == ["dropped", "done"]


def test_what_is_longer_than_a_section_goes_on_in_another(team, lead, at_noon):
    text = f"{TEXT}\n\n{'A long tale of woe. ' * 9_000}\n"

    made = brought(text, Choices(team), lead, at_noon)

    parts = made.sections.filter(title__startswith="Odds and ends")
    assert parts.count() == 3
    assert sum(part.body.count("woe") for part in parts) == 9_000


def test_thousands_of_headings_become_few_sections(team, lead, at_noon):
    text = TEXT + "".join(f"\n## Part {n} of it\n\nWord {n}.\n" for n in range(3_000))

    made = brought(text, Choices(team), lead, at_noon)

    bodies = " ".join(made.sections.values_list("body", flat=True))
    assert made.sections.count() < 70
    assert all(f"Word {n}." in bodies for n in range(2_900, 3_000))


def test_published_it_leaves_out_what_is_empty(team, lead, at_noon):
    made = brought(TEXT, Choices(team, publishes=True), lead, at_noon)

    snapshot = made.latest().snapshot
    assert not [part.title for part in snapshot.parts if part.is_empty]
    assert made.published_by == lead


def test_nothing_is_late_for_a_record(team, lead, at_noon):
    made = brought(TEXT.replace("P2", "P1"), Choices(team), lead, at_noon)

    assert mark_passed(at_noon) == 0
    assert not made.incident.deadlines.filter(state="missed").exists()


def test_more_items_than_anybody_does_are_refused_in_a_sentence(team, lead, at_noon):
    many = "\n".join(f"- [ ] Do thing {n}" for n in range(1_100))

    with pytest.raises(Refused, match="more than 1,000 action items"):
        brought(TEXT + f"\n## Action items\n\n{many}\n", Choices(team), lead, at_noon)
