"""What is typed and not saved: kept as it is typed, offered again, thrown away."""

from __future__ import annotations

import pytest
from django.urls import reverse

from postmortems.models import Draft


def url(name, *arguments):
    return reverse(f"admin:postmortems_postmortem_{name}", args=arguments)


def typed(client, postmortem, **texts):
    posted = {}
    for name, text in texts.items():
        posted[name.replace("_", "-", 1)] = text
        posted[f"seen-{name.replace('_', '-', 1)}"] = ""
    return client.post(url("draft", postmortem.pk), posted)


def test_what_is_typed_is_kept_without_a_trace_in_history(
    client_of, postmortem, responder
):
    section = postmortem.sections.get(key="summary")
    before = section.history.count(), postmortem.incident.timeline.count()
    revision = type(postmortem.incident).objects.get(pk=postmortem.incident_id).revision
    client = client_of(responder)

    typed(client, postmortem, text_summary="It bro")
    answer = typed(client, postmortem, text_summary="It broke.", text_lessons="Test.")

    assert answer.json() == {"kept": "13:00"}
    draft = Draft.objects.get(person=responder)
    assert draft.texts["text-summary"] == ["", "It broke."]
    postmortem.incident.refresh_from_db()
    after = section.history.count(), postmortem.incident.timeline.count()
    assert (after, postmortem.incident.revision) == (before, revision)


def test_it_is_back_in_the_field_for_its_writer_alone(
    client_of, postmortem, responder, lead
):
    client = client_of(responder)
    typed(client, postmortem, text_summary="It broke.")

    hers = client.get(postmortem.get_absolute_url()).content.decode()
    others = client_of(lead).get(postmortem.get_absolute_url()).content.decode()

    assert "It broke.</textarea>" in hers
    assert "Not saved, typed until 21 Nov, 13:00" in hers
    assert "It broke." not in others


def test_saving_ends_it_and_so_does_typing_it_back(client_of, postmortem, responder):
    client = client_of(responder)
    typed(client, postmortem, text_summary="It broke.")

    client.post(
        postmortem.get_absolute_url(),
        {"text-summary": "It broke.", "seen-text-summary": ""},
    )

    assert not Draft.objects.exists()
    typed(client, postmortem, text_lessons="Test.")
    typed(client, postmortem, text_lessons="")
    assert not Draft.objects.exists()


def test_what_is_typed_in_another_window_outlives_a_saving_here(
    client_of, postmortem, responder
):
    client = client_of(responder)
    typed(client, postmortem, text_summary="It broke.", text_lessons="Test.")
    posted = {"text-summary": "It broke.", "seen-text-summary": ""}

    client.post(postmortem.get_absolute_url(), posted)

    assert Draft.objects.get().texts == {"text-lessons": ["", "Test."]}


def test_lines_that_are_saved_alone_are_not_offered_again(
    client_of, postmortem, responder
):
    section = postmortem.sections.filter(kind="list").first()
    client, posted = client_of(responder), {f"new-{section.key}": "No test"}
    client.post(url("draft", postmortem.pk), posted)

    client.post(postmortem.get_absolute_url(), posted)

    assert not Draft.objects.exists()


def test_what_somebody_else_saved_meanwhile_stands_beside_it(
    client_of, postmortem, responder, lead, at_noon
):
    client = client_of(responder)
    typed(client, postmortem, text_summary="Mine.")
    postmortem.write({"summary": ("", "Theirs.")}, by=lead, at=at_noon)

    page = client.get(postmortem.get_absolute_url())

    form = page.context["form"]
    assert form.conflicts == {"text-summary": "Theirs."}
    assert form["text-summary"].value() == "Mine."
    assert form["seen-text-summary"].value() == "Theirs."


def test_it_is_thrown_away_on_purpose(client_of, postmortem, responder):
    client = client_of(responder)
    typed(client, postmortem, text_summary="Mine.")

    client.post(url("do", postmortem.pk, "discard"))

    assert not Draft.objects.exists()
    assert "Mine." not in client.get(postmortem.get_absolute_url()).content.decode()


def test_a_line_that_is_gone_meanwhile_is_offered_as_a_new_one(
    client_of, postmortem, responder, lead, at_noon
):
    section = postmortem.sections.filter(kind="list").first()
    postmortem.write({}, added={section.key: ["No alarm"]}, by=lead, at=at_noon)
    line = section.findings.get()
    client = client_of(responder)
    posted = {f"line-{line.pk}": "No alarm rang", f"seen-line-{line.pk}": line.text}
    client.post(url("draft", postmortem.pk), posted)
    postmortem.write({}, findings={line.pk: (line.text, "")}, by=lead, at=at_noon)

    form = client.get(postmortem.get_absolute_url()).context["form"]

    assert form[f"new-{section.key}"].value() == "No alarm rang"


@pytest.mark.parametrize(
    ("text", "sentence"), [("x" * 65_537, "longer than 64 KiB"), ("", "")]
)
def test_too_much_is_refused(client_of, postmortem, responder, text, sentence):
    answer = typed(client_of(responder), postmortem, text_summary=text)

    assert answer.status_code == (422 if text else 200)
    assert sentence in answer.content.decode()
    assert not Draft.objects.exists()


def test_a_draft_has_its_bounds_over_all(postmortem, responder, at_noon):
    texts = {f"text-{number}": ("", "x" * 60_000) for number in range(40)}

    with pytest.raises(Exception, match="save it"):
        Draft.keep(postmortem, texts, by=responder, at=at_noon)

    assert not Draft.objects.exists()


def test_nul_and_fields_of_others_are_left_out(
    client_of, postmortem, other_postmortem, responder, lead, at_noon
):
    section = other_postmortem.sections.filter(kind="list").first()
    other_postmortem.write({}, added={section.key: ["Theirs"]}, by=lead, at=at_noon)
    posted = {
        "text-summary": "a\0b",
        "text-nowhere": "x",
        f"line-{section.findings.get().pk}": "x",
        f"line-{'9' * 40}": "x",
    }

    client_of(responder).post(url("draft", postmortem.pk), posted)

    assert Draft.objects.get().texts == {"text-summary": ["", "ab"]}


def test_only_writers_of_what_is_not_published_keep_drafts(
    client_of, written, viewer, lead, manager, at_noon
):
    assert typed(client_of(viewer), written, text_summary="x").status_code == 403
    assert client_of(lead).get(url("draft", written.pk)).status_code == 405
    written.publish(by=manager, at=at_noon)

    answer = typed(client_of(lead), written, text_summary="x")

    assert answer.status_code == 422
    assert not Draft.objects.exists()
