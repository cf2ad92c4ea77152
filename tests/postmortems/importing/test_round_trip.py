from __future__ import annotations

import pytest

from incidents.models import Incident
from postmortems.drafting import snapshot_of
from postmortems.importing import Choices
from postmortems.markdown_out import markdown_of
from postmortems.models import Finding
from tests.postmortems.played import CODES, NOW, Player, samples
from tests.whole import FULL

from .compared import told
from .hand import brought_in

# Each by another preset; playing one takes two seconds.
SAMPLES = samples() if FULL else samples()[5::6]


def marked(postmortem):
    """Let its factors have whatever a factor may have."""
    factors = Finding.objects.filter(section__postmortem=postmortem).order_by("pk")
    entry = postmortem.incident.timeline.filter(verb="").first()
    item = postmortem.incident.items.first()
    for number, row in enumerate(factors):
        row.category = ("design", "change")[number % 2]
        row.priority, row.is_public = number % 4, number % 3 == 0
        row.evidence = entry if number % 2 else None
        row.item = item if number == 1 else None
        same = [each for each in factors[:number] if each.section_id == row.section_id]
        row.earlier = same[-1] if same else None
        row.save()


@pytest.mark.django_db
def test_the_samples_come_back_as_the_same_rows():
    player = Player()
    person = player.cast.administrator
    for number, sample in enumerate(SAMPLES):
        code = CODES[number % len(CODES)]
        there = player.play(code, sample)
        marked(there)
        before = snapshot_of(there)
        team = there.incident.team
        Incident.objects.filter(pk=there.incident_id).update(reference=f"X-{number}")

        here = brought_in(markdown_of(before), Choices(team), person, NOW)

        assert told(snapshot_of(here)) == told(before)
        assert here.pk != there.pk
