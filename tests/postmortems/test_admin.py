from __future__ import annotations

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils.html import escape

from incidents.choices import Kind
from postmortems.choices import ReportState
from postmortems.models import PostMortem, Report
from postmortems.reports import render_now


def url(name, *arguments):
    return reverse(f"admin:postmortems_postmortem_{name}", args=arguments)


def said(response):
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def posted(postmortem, **texts):
    """What the page posts, with everything as it was but these texts."""
    fields = {"writing": "1"}
    for key, body in postmortem.sections.values_list("key", "body"):
        fields[f"seen-text-{key}"] = body
        fields[f"text-{key}"] = texts.get(key, body)
    return fields


def test_a_button_on_the_incident_opens_the_writing_page(client_of, resolved, lead):
    client = client_of(lead)
    assert (
        url("open", resolved.pk)
        in client.get(resolved.get_absolute_url()).content.decode()
    )

    response = client.post(url("open", resolved.pk), follow=True)

    page = response.content.decode()
    postmortem = PostMortem.objects.get()
    prompts = [prompt for each in postmortem.sections.all() for prompt in each.prompts]
    assert all(escape(prompt) in page for prompt in prompts)
    assert postmortem.author == lead


def test_the_next_step_begins_it_for_whoever_may(client_of, resolved, lead, viewer):
    pages = [
        client_of(each).get(resolved.get_absolute_url()) for each in (lead, viewer)
    ]
    hers, his = [page.content.decode() for page in pages]

    assert 'id="postmortem-open"' in hers
    assert 'form="postmortem-open"' in hers
    assert "Write post-mortem" not in his


def test_opening_a_second_time_leads_to_the_first(client_of, postmortem, responder):
    response = client_of(responder).post(url("open", postmortem.incident_id))

    assert response["Location"] == postmortem.get_absolute_url()
    assert "open already" in said(response)
    assert postmortem.incident.timeline.filter(kind=Kind.POSTMORTEM).count() == 1


def test_only_what_was_changed_is_saved(client_of, postmortem, responder):
    fields = posted(postmortem, summary="It broke.\r\nThen it was mended.")

    client_of(responder).post(postmortem.get_absolute_url(), fields)

    section = postmortem.sections.get(key="summary")
    assert section.body == "It broke.\nThen it was mended."
    assert section.history.first().history_user == responder
    assert postmortem.sections.get(key="lessons").history.count() == 1


def test_a_post_without_a_section_does_not_empty_it(client_of, written, lead):
    before = set(written.sections.values_list("key", "body"))

    client_of(lead).post(written.get_absolute_url(), {"text-lessons": "New."})

    assert set(written.sections.values_list("key", "body")) == before


def test_of_two_writers_the_later_sees_both_texts(
    client_of, postmortem, lead, responder, at_noon
):
    fields = posted(postmortem, summary="My text.", lessons="Also mine.")
    postmortem.write({"summary": ("", "Lead's text.")}, by=lead, at=at_noon)
    client, page_url = client_of(responder), postmortem.get_absolute_url()

    page = client.post(page_url, fields)

    assert page.status_code == 422
    text = page.content.decode()
    assert "Lead wrote in “Summary” meanwhile" in text
    assert "Lead&#x27;s text." in text
    assert "My text.</textarea>" in text
    assert "Also mine.</textarea>" in text
    assert not postmortem.sections.filter(key="lessons", body="Also mine.").exists()
    seen = {"seen-text-summary": "Lead's text.", "text-summary": "Both texts."}
    client.post(page_url, {**fields, **seen})
    bodies = dict(postmortem.sections.values_list("key", "body"))
    assert (bodies["summary"], bodies["lessons"]) == ("Both texts.", "Also mine.")


def test_publishing_takes_along_what_was_typed(client_of, postmortem, manager):
    texts = {each.key: "Text." for each in postmortem.sections.all() if each.is_owed}
    fields = posted(postmortem, **texts)

    response = client_of(manager).post(url("do", postmortem.pk, "publish"), fields)

    postmortem.refresh_from_db()
    assert "is published" in said(response)
    assert postmortem.published_by == manager
    page = client_of(manager).get(postmortem.get_absolute_url()).content.decode()
    assert "<textarea" not in page
    assert "<p>Text.</p>" in page


def test_a_refused_step_is_explained_and_the_text_kept(client_of, postmortem, lead):
    fields = posted(postmortem, summary="It broke.")

    response = client_of(lead).post(url("do", postmortem.pk, "publish"), fields)

    assert "“Impact” is empty" in said(response)
    assert postmortem.sections.get(key="summary").body == "It broke."
    postmortem.refresh_from_db()
    assert postmortem.is_draft


def test_back_to_draft_asks_why(client_of, written, lead, manager, at_noon):
    written.publish(by=manager, at=at_noon)
    client, step = client_of(lead), url("do", written.pk, "reopen")

    assert "Say why" in said(client.post(step))
    assert "draft again" in said(client.post(step, {"reason": "A wrong figure"}))

    written.refresh_from_db()
    assert written.is_draft


def test_rendering_shows_its_progress_and_then_the_download(
    client_of, written, responder, at_noon
):
    client = client_of(responder)
    client.post(url("do", written.pk, "render"), {})
    waiting = client.get(written.get_absolute_url()).content.decode()
    assert "It is next." in waiting
    assert "every 2s" in waiting

    report = render_now(written, clock=lambda: at_noon)

    done = client.get(written.get_absolute_url()).content.decode()
    assert "Draft 1" in done
    assert url("download", written.pk, report.pk) in done
    assert "every 2s" not in done


def test_the_poll_says_nothing_while_nothing_changed(client_of, written, responder):
    client, htmx = client_of(responder), {"HX-Request": "true"}
    client.post(url("do", written.pk, "render"), {})
    address = url("versions", written.pk)
    first = client.get(address, headers=htmx)
    seen = first.context["versions"].fingerprint

    assert client.get(address, {"seen": seen}, headers=htmx).status_code == 204
    Report.objects.update(state=ReportState.FAILED, error="Out of paper.")
    changed = client.get(address, {"seen": seen}, headers=htmx).content.decode()
    assert "Out of paper." in changed
    assert "hx-get" not in changed
    assert "<html" not in changed


def test_a_failed_version_has_a_button_to_try_again(client_of, written, responder):
    failed = Report.objects.create(
        postmortem=written, state=ReportState.FAILED, error="Out of paper."
    )
    client, address = client_of(responder), url("retry", written.pk, failed.pk)
    assert address in client.get(written.get_absolute_url()).content.decode()

    client.post(address)

    failed.refresh_from_db()
    assert (failed.state, failed.requested_by) == (ReportState.QUEUED, responder)


def test_a_download_is_the_file_and_nothing_else(client_of, written, viewer, at_noon):
    report = render_now(written, clock=lambda: at_noon)

    response = client_of(viewer).get(url("download", written.pk, report.pk))

    assert response.content == report.content()
    assert response["Content-Type"] == "application/pdf"
    name = f"{written.incident.reference}-post-mortem-draft-1.pdf"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["ETag"] == f'"{report.sha256}"'


def test_a_missing_file_is_explained(client_of, written, viewer, at_noon):
    report = render_now(written, clock=lambda: at_noon)
    report.file.storage.delete(report.file.name)

    response = client_of(viewer).get(url("download", written.pk, report.pk))

    assert "missing or damaged" in said(response)


@pytest.mark.parametrize("later", [0, 99, 10**20])
def test_there_is_no_download_of_what_is_not_done(client_of, written, viewer, later):
    report = Report.objects.create(postmortem=written, number=2)

    response = client_of(viewer).get(url("download", written.pk, report.pk + later))

    assert response.status_code == 404


def test_history_tells_who_wrote_what(client_of, written, viewer):
    page = client_of(viewer).get(url("history", written.pk)).content.decode()

    assert "What to say of root_cause." in page
    assert "Root cause" in page


def test_the_page_costs_the_same_however_many_versions(
    client_of, written, lead, django_assert_max_num_queries
):
    client = client_of(lead)
    client.get(written.get_absolute_url())
    for number in range(1, 9):
        Report.objects.create(postmortem=written, number=number, requested_by=lead)

    with django_assert_max_num_queries(70):
        client.get(written.get_absolute_url())
