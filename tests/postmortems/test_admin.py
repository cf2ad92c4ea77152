from __future__ import annotations

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from incidents.choices import Kind
from postmortems.choices import ReportState
from postmortems.models import PostMortem, Report
from postmortems.outline import OUTLINE
from postmortems.reports import render_now


def url(name, *arguments):
    return reverse(f"admin:postmortems_postmortem_{name}", args=arguments)


def said(response):
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def posted(**texts):
    """What the page posts, with everything as it was but these texts."""
    fields = {"writing": "1"}
    for key, *_ in OUTLINE:
        fields[f"seen_{key}"] = fields[key] = ""
    return {**fields, **texts}


def test_a_button_on_the_incident_opens_the_writing_page(client_of, resolved, lead):
    client = client_of(lead)
    assert (
        url("open", resolved.pk)
        in client.get(resolved.get_absolute_url()).content.decode()
    )

    response = client.post(url("open", resolved.pk), follow=True)

    page = response.content.decode()
    assert all(str(each.title) in page for each in OUTLINE)
    assert all(str(each.prompt) in page for each in OUTLINE)
    assert PostMortem.objects.get().author == lead


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
    fields = posted(summary="It broke.\r\nThen it was mended.")

    client_of(responder).post(postmortem.get_absolute_url(), fields)

    section = postmortem.sections.get(key="summary")
    assert section.body == "It broke.\nThen it was mended."
    assert section.history.first().history_user == responder
    assert postmortem.sections.get(key="impact").history.count() == 1


def test_a_post_without_a_section_does_not_empty_it(client_of, written, lead):
    client_of(lead).post(written.get_absolute_url(), {"impact": "New."})

    assert not written.sections.filter(body="").exists()


def test_of_two_writers_the_later_sees_both_texts(
    client_of, postmortem, lead, responder, at_noon
):
    postmortem.write({"summary": ("", "Lead's text.")}, by=lead, at=at_noon)
    client, page_url = client_of(responder), postmortem.get_absolute_url()

    fields = posted(summary="My text.", impact="Also mine.")
    page = client.post(page_url, fields)

    assert page.status_code == 422
    text = page.content.decode()
    assert "Lead wrote in “Summary” meanwhile" in text
    assert "Lead&#x27;s text." in text
    assert "My text.</textarea>" in text
    assert "Also mine.</textarea>" in text
    assert not postmortem.sections.filter(key="impact", body="Also mine.").exists()
    seen = {"seen_summary": "Lead's text.", "summary": "Both texts."}
    client.post(page_url, posted(impact="Also mine.", **seen))
    bodies = dict(postmortem.sections.values_list("key", "body"))
    assert (bodies["summary"], bodies["impact"]) == ("Both texts.", "Also mine.")


def test_publishing_takes_along_what_was_typed(client_of, postmortem, lead):
    fields = posted(**{each.key: "Text." for each in OUTLINE})

    response = client_of(lead).post(url("do", postmortem.pk, "publish"), fields)

    postmortem.refresh_from_db()
    assert "is published" in said(response)
    assert postmortem.published_by == lead
    page = client_of(lead).get(postmortem.get_absolute_url()).content.decode()
    assert "<textarea" not in page
    assert "<p>Text.</p>" in page


def test_a_refused_step_is_explained_and_the_text_kept(client_of, postmortem, lead):
    fields = posted(summary="It broke.")

    response = client_of(lead).post(url("do", postmortem.pk, "publish"), fields)

    assert "“Impact” is empty" in said(response)
    assert postmortem.sections.get(key="summary").body == "It broke."
    postmortem.refresh_from_db()
    assert postmortem.is_draft


def test_back_to_draft_asks_why(client_of, written, lead, at_noon):
    written.publish(by=lead, at=at_noon)
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
    assert "hx-get" in waiting

    render_now(written, clock=lambda: at_noon)

    done = client.get(written.get_absolute_url()).content.decode()
    assert "Version 1" in done
    assert url("download", written.pk, 1) in done
    assert "hx-get" not in done


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

    response = client_of(viewer).get(url("download", written.pk, 1))

    assert response.content == report.content()
    assert response["Content-Type"] == "application/pdf"
    name = f"{written.incident.reference}-post-mortem-v1.pdf"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["ETag"] == f'"{report.sha256}"'


def test_a_missing_file_is_explained(client_of, written, viewer, at_noon):
    report = render_now(written, clock=lambda: at_noon)
    report.file.storage.delete(report.file.name)

    response = client_of(viewer).get(url("download", written.pk, 1))

    assert "missing or damaged" in said(response)


@pytest.mark.parametrize("number", [2, 99])
def test_there_is_no_download_of_what_is_not_done(client_of, written, viewer, number):
    Report.objects.create(postmortem=written, number=2)

    response = client_of(viewer).get(url("download", written.pk, number))

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

    with django_assert_max_num_queries(30):
        client.get(written.get_absolute_url())
