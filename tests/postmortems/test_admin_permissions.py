from __future__ import annotations

import pytest
from django.urls import reverse

from postmortems.models import PostMortem, Report
from postmortems.reports import render_now

LIST = reverse("admin:postmortems_postmortem_changelist")


def url(name, *arguments):
    return reverse(f"admin:postmortems_postmortem_{name}", args=arguments)


@pytest.fixture
def restricted(written, at_noon):
    """A post-mortem with a PDF, of an incident that is closed to others by now."""
    render_now(written, clock=lambda: at_noon)
    type(written.incident).objects.update(restricted=True, title="Canary sings")
    return written


def pages(postmortem):
    return [
        postmortem.get_absolute_url(),
        url("versions", postmortem.pk),
        url("download", postmortem.pk, postmortem.reports.first().pk),
        url("history", postmortem.pk),
    ]


def steps(postmortem):
    return [
        url("open", postmortem.incident_id),
        postmortem.get_absolute_url(),
        url("do", postmortem.pk, "publish"),
        url("do", postmortem.pk, "render"),
        url("retry", postmortem.pk, postmortem.reports.first().pk),
    ]


def test_to_an_outsider_a_restricted_one_does_not_exist(
    client_of, restricted, outsider
):
    client = client_of(outsider)

    for address in pages(restricted):
        assert client.get(address).status_code == 404
    for address in steps(restricted):
        assert client.post(address, {"text-summary": "Mine"}).status_code == 404
    for query in ("", "?q=Canary", f"?q={restricted.incident.reference}"):
        listed = client.get(LIST + query).content.decode()
        assert "Canary sings" not in listed
        assert restricted.get_absolute_url() not in listed


def test_its_lead_sees_it_all_the_same(client_of, restricted, lead):
    client = client_of(lead)

    assert "Canary sings" in client.get(LIST).content.decode()
    report = restricted.reports.get()
    assert client.get(url("download", restricted.pk, report.pk)).status_code == 200


def test_a_viewer_reads_and_downloads_and_does_nothing_else(
    client_of, written, viewer, at_noon
):
    render_now(written, clock=lambda: at_noon)
    client = client_of(viewer)

    page = client.get(written.get_absolute_url()).content.decode()
    for address in steps(written):
        client.post(
            address, {"writing": "1", "text-summary": "Mine", "seen-text-summary": ""}
        )

    assert "<textarea" not in page
    assert "What to say of summary." in page
    assert not written.sections.filter(body="Mine").exists()
    assert PostMortem.objects.get().is_draft
    assert Report.objects.count() == 1


def test_a_responder_writes_and_renders_but_does_not_publish(
    client_of, written, responder
):
    client = client_of(responder)

    page = client.get(written.get_absolute_url()).content.decode()
    client.post(url("do", written.pk, "publish"))
    client.post(url("do", written.pk, "render"))

    assert "<textarea" in page
    assert "Save and publish" not in page
    assert PostMortem.objects.get().is_draft
    assert Report.objects.get().requested_by == responder


@pytest.mark.parametrize("address", ["open", "do", "retry"])
def test_steps_are_posts(client_of, written, lead, address):
    report = Report.objects.create(postmortem=written)
    arguments = {
        "open": [written.incident_id],
        "do": [written.pk, "publish"],
        "retry": [written.pk, report.pk],
    }[address]

    assert client_of(lead).get(url(address, *arguments)).status_code == 405


def test_there_is_no_form_for_adding_or_deleting(client_of, written, administrator):
    client = client_of(administrator)

    assert client.get(f"{LIST}add/").status_code in {403, 404}
    deleted = client.post(f"{LIST}{written.pk}/delete/", {"post": "yes"}, follow=True)
    assert deleted.status_code == 404
    assert PostMortem.objects.exists()
    assert client.get(url("do", written.pk, "explode")).status_code == 404


def test_the_list_shows_state_and_author(
    client_of, written, other_postmortem, viewer, manager, at_noon
):
    written.publish(by=manager, at=at_noon)
    client = client_of(viewer)

    everything = client.get(LIST).content.decode()
    drafts = client.get(f"{LIST}?state=draft").content.decode()

    assert "Checkout fails" in everything
    assert "Mail is late" in everything
    assert "Checkout fails" not in drafts
    assert client.get(f"{LIST}?author__password__startswith=a").status_code == 200


def test_the_list_needs_few_queries(
    client_of, written, other_postmortem, viewer, django_assert_max_num_queries
):
    client = client_of(viewer)
    client.get(LIST)

    with django_assert_max_num_queries(10):
        client.get(LIST)
