"""A text on its way to a version: pasted or uploaded, previewed, published."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from incidents.models import Playbook
from incidents.playbooks.load import dump_playbook
from incidents.playbooks.presets import PRESETS, preset, preset_text

ADD = "admin:incidents_playbook_add"
PLAIN = """name: Plain
severities:
  - {code: S1, name: Bad, definition: It is bad., badge: red}
"""


@pytest.fixture
def playbook(db) -> Playbook:
    return Playbook.objects.get()


@pytest.fixture
def changed(playbook) -> str:
    """The present text with a shorter time to respond."""
    text = dump_playbook(playbook.current.content)
    assert "respond: 15 min" in text
    return text.replace("respond: 15 min", "respond: 10 min", 1)


def publishing(playbook):
    return reverse("admin:incidents_playbook_publish", args=[playbook.pk])


def a_file(text, name="playbook.yaml"):
    content = text if isinstance(text, bytes) else text.encode()
    return SimpleUploadedFile(name, content, "application/yaml")


def test_a_file_is_previewed_before_anything_is_published(
    client_of, manager, playbook, changed
):
    page = client_of(manager).post(
        publishing(playbook), {"file": a_file(changed), "step": "preview"}
    )

    assert "What your text changes in version 1" in page.text
    assert "<del>15 min</del>" in page.text
    assert "<ins>10 min</ins>" in page.text
    assert page.context["form"].data["document"] == changed
    assert playbook.current.number == 1


def test_what_was_previewed_is_published_with_a_note(
    client_of, manager, playbook, changed
):
    posted = {"document": changed, "note": "Ten", "base": 1, "step": "publish"}

    page = client_of(manager).post(publishing(playbook), posted, follow=True)

    newest = playbook.current
    assert (newest.number, newest.note, newest.published_by) == (2, "Ten", manager)
    assert dump_playbook(newest.content) == changed
    assert "Version 2 of Default is the current one." in page.text


def test_a_file_that_was_loaded_before_gives_way_to_what_was_uploaded(
    client_of, manager, playbook, changed
):
    posted = {"file": a_file(changed), "note": "Ten", "base": 1, "step": "publish"}
    client_of(manager).post(publishing(playbook), posted)

    with pytest.raises(CommandError, match="differs from"):
        call_command("load_playbook", "default", check=True, stdout=StringIO())
    with pytest.raises(CommandError):
        call_command("load_playbook", "default")

    assert playbook.current.number == 2


def test_a_version_needs_a_note(client_of, manager, playbook, changed):
    posted = {"document": changed, "base": 1, "step": "publish"}

    page = client_of(manager).post(publishing(playbook), posted)

    assert page.status_code == 422
    assert "Say in a few words what changed." in page.text
    assert "<ins>10 min</ins>" in page.text
    assert playbook.current.number == 1


def test_the_note_is_marked_as_required_but_a_draft_is_shown_without(
    client_of, manager, playbook, changed
):
    browser = client_of(manager)

    empty = browser.get(publishing(playbook))
    shown = browser.post(publishing(playbook), {"document": changed, "base": 1})

    assert empty.context["form"].fields["note"].required
    assert "Required to publish" in empty.text
    assert shown.status_code == 200
    assert "<ins>10 min</ins>" in shown.text


@pytest.mark.parametrize("is_file", [True, False])
def test_a_damaged_text_is_quoted_with_its_lines_and_kept(
    client_of, manager, playbook, changed, is_file
):
    damaged = changed.replace("badge: red", "badge: pink", 1)
    line = damaged[: damaged.index("badge: pink")].count("\n") + 1
    part = {"file": a_file(damaged)} if is_file else {"document": damaged}

    page = client_of(manager).post(publishing(playbook), part | {"step": "preview"})

    assert page.status_code == 422
    assert f"Line {line}</strong>, severities › P1 › badge" in page.text
    assert f'<tr class="is-wrong"><td>{line}</td>' in page.text
    for near in (line - 3, line + 3):
        assert f"<tr><td>{near}</td>" in page.text
    assert page.context["form"].data["document"] == damaged
    assert playbook.current.number == 1


def test_a_text_that_broke_after_its_preview_is_not_published(
    client_of, manager, playbook, changed
):
    posted = {"document": changed + "colour: blue\n", "note": "Ten", "base": 1}

    page = client_of(manager).post(publishing(playbook), posted | {"step": "publish"})

    assert page.status_code == 422
    assert "colour" in page.text
    assert playbook.current.number == 1


def test_two_who_publish_at_once_see_each_others_changes(
    client_of, manager, administrator, playbook, changed
):
    theirs = preset("default").model_copy(update={"summary": "Theirs, by now."})
    playbook.publish(theirs, by=administrator, at=playbook.current.published_at)
    posted = {"document": changed, "note": "Ten", "base": 1, "step": "publish"}

    page = client_of(manager).post(publishing(playbook), posted)

    assert "Version 2 was published meanwhile" in page.text
    assert "Administrator" in page.text
    assert "<ins>Theirs, by now.</ins>" in page.text  # what they changed
    assert "<del>Theirs, by now.</del>" in page.text  # what publishing would undo
    assert playbook.current.number == 2
    assert page.context["form"].data["base"] == 2


def test_having_seen_both_one_may_publish(client_of, manager, playbook, changed):
    theirs = preset("default").model_copy(update={"summary": "Theirs, by now."})
    playbook.publish(theirs, by=None, at=playbook.current.published_at)
    posted = {"document": changed, "note": "Ten", "base": 2, "step": "publish"}

    client_of(manager).post(publishing(playbook), posted)

    assert playbook.current.number == 3


def test_line_ends_of_a_browser_are_no_change(client_of, manager, playbook):
    text = dump_playbook(playbook.current.content).replace("\n", "\r\n")

    page = client_of(manager).post(
        publishing(playbook), {"document": text, "step": "preview"}
    )

    assert page.context["preview"].is_idle


def test_a_text_that_changes_nothing_has_nothing_to_publish(
    client_of, manager, playbook
):
    text = dump_playbook(playbook.current.content)

    page = client_of(manager).post(
        publishing(playbook), {"document": text, "step": "preview"}
    )

    assert "There is nothing to publish." in page.text
    assert 'value="publish"' not in page.text


def test_running_incidents_keep_their_version_and_what_would_move_is_said(
    client_of, manager, playbook, changed, incident
):
    page = client_of(manager).post(
        publishing(playbook), {"document": changed, "step": "preview"}
    )

    (group,) = page.context["preview"].groups
    assert (group.severity, group.version, group.count) == ("P1", 1, 1)
    (shift,) = group.shifts
    assert shift.label == "Respond"
    assert shift.before.startswith("15 min after the declaration")
    assert shift.after.startswith("10 min after the declaration")
    assert "Publishing moves nothing" in page.text


def test_a_severity_that_would_be_gone_is_named(client_of, manager, playbook, incident):
    page = client_of(manager).post(
        publishing(playbook), {"document": PLAIN, "step": "preview"}
    )

    assert "The new version has no P1" in page.text


def test_the_preview_costs_the_same_however_many_incidents_run(
    client_of, manager, playbook, changed, incident, django_assert_num_queries
):
    browser, posted = client_of(manager), {"document": changed, "step": "preview"}
    browser.post(publishing(playbook), posted)
    with django_assert_num_queries(9) as few:
        browser.post(publishing(playbook), posted)
    for _number in range(5):
        type(incident).declare(
            title="Again",
            severity=incident.severity,
            team=incident.team,
            by=manager,
            at=incident.declared_at,
        )

    with django_assert_num_queries(len(few)):
        browser.post(publishing(playbook), posted)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xff\xfe\x00", "no text in UTF-8"),
        (b"x" * 2_000_001, "too long to be a playbook"),
        (b"", "The submitted file is empty"),
        (b"   \n", "Paste a document, or choose a file"),
    ],
)
def test_a_file_that_is_no_text_is_refused(
    client_of, manager, playbook, content, sentence
):
    page = client_of(manager).post(
        publishing(playbook), {"file": a_file(content), "step": "preview"}
    )

    assert page.status_code == 422
    assert sentence in page.text


def test_what_was_pasted_stays_beside_a_file_that_is_no_text(
    client_of, manager, playbook, changed
):
    posted = {"file": a_file(b"\xff"), "document": changed, "step": "preview"}

    page = client_of(manager).post(publishing(playbook), posted)

    assert page.context["form"].data["document"] == changed


def test_the_presets_are_offered_with_what_tells_them_apart(client_of, administrator):
    page = client_of(administrator).get(reverse(ADD))

    for code in PRESETS:
        assert f"?preset={code}" in page.text
        assert preset(code).summary in page.text
    assert "SEV-1 immediate (at most 5 min)" in page.text


@pytest.mark.parametrize("code", PRESETS)
def test_a_playbook_begins_from_a_preset(client_of, administrator, code):
    browser = client_of(administrator)
    draft = browser.get(reverse(ADD), {"preset": code}).context["form"].initial
    assert draft["document"] == preset_text(code)

    shown = browser.post(reverse(ADD), draft | {"step": "preview"})
    browser.post(reverse(ADD), draft | {"step": "publish"})

    made = Playbook.objects.latest("pk")
    assert "What it says" in shown.text
    assert made.slug == ("default-2" if code == "default" else code)
    assert made.current.content == preset(code)
    assert made.current.published_by == administrator


def test_a_playbook_is_named_by_its_document(client_of, administrator):
    posted = {"file": a_file(PLAIN), "step": "publish"}

    client_of(administrator).post(reverse(ADD), posted)

    assert Playbook.objects.filter(slug="plain", name="Plain").exists()


def test_a_short_name_that_is_taken_is_refused(client_of, administrator):
    posted = {"document": PLAIN, "slug": "default", "step": "publish"}

    page = client_of(administrator).post(reverse(ADD), posted)

    assert page.status_code == 422
    assert "There is a playbook default already" in page.text
    assert Playbook.objects.count() == 1


@pytest.mark.parametrize("slug", ["On Call", "überall", "a" * 51])
def test_a_short_name_is_one_that_commands_take(client_of, administrator, slug):
    posted = {"document": PLAIN, "slug": slug, "step": "publish"}

    page = client_of(administrator).post(reverse(ADD), posted)

    assert page.status_code == 422
    assert page.context["form"].data["document"] == PLAIN
    assert Playbook.objects.count() == 1


def test_only_who_may_add_adds(client_of, manager):
    answer = client_of(manager).post(reverse(ADD), {"document": PLAIN})

    assert answer.status_code == 404
    assert Playbook.objects.count() == 1
