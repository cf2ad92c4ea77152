"""What is weak about texts: words left over, links to nothing, blame, mute images."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from incidents.models import Attachment
from postmortems.readiness.check import Check, Draft, Level, Passage
from postmortems.references import SPOKEN, References, images_named_in, key_of
from postmortems.wording import Hint, Names, hints_in
from postmortems.wording.own_words import outside_code, own_words

if TYPE_CHECKING:
    from postmortems.snapshot import Snapshot

LEFT_OVER = re.compile(
    r"(?<![^\W_])(?:TODO|FIXME|TBD|TBC|XXX)(?![^\W_])|\?{3}|(?<![^\W_])lorem ipsum"
    r"|(?i:(?<![^\W_])to be (?:written|filled in|completed)(?![^\W_]))"
)
NO_ADDRESS = re.compile(r"\[[^\[\]\n]{0,400}\]\(\s{0,9}#?\s{0,9}\)")
NOTE = re.compile(r"\[\^([^\[\]\s]{1,60})\](:?)")
MUTE = re.compile(r"!\[\s{0,9}\]\(image:([0-9]{1,18})\)")
ENDING = ".,;:!?…"


def checks_of_texts(draft: Draft) -> Iterator[Check]:
    passages = draft.passages
    yield from _left_over(passages)
    yield from _links_to_nothing(draft)
    yield from _mute_images(draft)
    yield from _blame(draft)


def _left_over(passages: Iterable[Passage]) -> Iterator[Check]:
    for each in passages:
        found = LEFT_OVER.search(own_words(each.text))
        if found:
            sentence = _("“%(words)s” was left in “%(title)s”.")
            sentence = sentence % {"words": found[0], "title": each.title}
            yield Check("left_over", Level.WEAK, sentence, each.url, each.key)


def _links_to_nothing(draft: Draft) -> Iterator[Check]:
    passages = draft.passages
    texts = [outside_code(each.text) for each in passages]
    known = set(References.seen_by(draft.user, texts).found)
    wanted = images_named_in(texts)
    mine = Attachment.objects.filter(event__incident=draft.incident, pk__in=wanted)
    known |= {
        f"image:{pk}" for pk in (mine.values_list("pk", flat=True) if wanted else ())
    }
    ours = _prefix(draft.snapshot.reference)
    for each in passages:
        for name in dict.fromkeys(_broken(each.text, known, ours)):
            sentence = _(
                "“%(name)s” in “%(title)s” leads nowhere, or where you may not look."
            )
            sentence = sentence % {"name": name, "title": each.title}
            yield Check("link", Level.WEAK, sentence, each.url, each.key)


def _broken(text: str, known: set[str], ours: str) -> Iterator[str]:
    """Name what a text refers to and is not there."""
    text = outside_code(text)
    for found in SPOKEN.finditer(text):
        words = found[0].rstrip(ENDING)
        reference = found["reference"] or ""
        key = reference or key_of(words)
        is_meant = not reference or (bool(ours) and reference.startswith(ours))
        if key and is_meant and key not in known:
            yield words
    for pk in images_named_in([text]):
        if f"image:{pk}" not in known:
            yield f"image:{pk}"
    yield from (found[0] for found in NO_ADDRESS.finditer(text))
    notes = NOTE.findall(text)
    explained = {name for name, colon in notes if colon}
    yield from (f"[^{name}]" for name, _colon in notes if name not in explained)


def _prefix(reference: str) -> str:
    """Give what references of this kind begin with: “INC-”."""
    found = re.match(r"[^\W\d_]{2,}-", reference)
    return found[0] if found else ""


def _mute_images(draft: Draft) -> Iterator[Check]:
    words: dict[int, str] = {}
    if draft.has_block("timeline"):
        for entry in draft.snapshot.timeline:
            words |= {image.id: image.words for image in entry.images}
            if any(not image.words.strip() for image in entry.images):
                sentence = _("An image of the timeline has no words: %s")
                sentence = sentence % draft.clock(entry.at)
                url = draft.entries_url(entry.id)
                yield Check("image", Level.WEAK, sentence, url, str(entry.id))
    for each in draft.passages:
        if any(
            not words.get(int(pk), "").strip()
            for pk in MUTE.findall(outside_code(each.text))
        ):
            sentence = _("An image in “%s” has no words: ![what it shows](image:…)")
            yield Check("image", Level.WEAK, sentence % each.title, each.url, each.key)


def _blame(draft: Draft) -> Iterator[Check]:
    """Hint at words that blame; beside somebody's name they weaken the text."""
    names = names_in(draft.snapshot)
    for each in draft.passages:
        yield from (_blamed(each, hint) for hint in hints_in(each.text, names))
    for entry in draft.snapshot.timeline if draft.has_block("timeline") else ():
        for hint in hints_in(entry.text, names):
            yield _blamed(draft.told(entry), hint)


def _blamed(passage: Passage, hint: Hint) -> Check:
    sentence = _("“%(title)s” has words that may blame.")
    if hint.named:
        sentence = _("“%(title)s” names %(name)s beside words that blame.")
    said = {"title": passage.title, "name": hint.named}
    level = Level.WEAK if hint.named else Level.HINT
    code = "blamed" if hint.named else "wording"
    return Check(code, level, sentence % said, passage.url, passage.key, hint)


def names_in(snapshot: Snapshot) -> Names:
    """Gather who can be named: people of the record, and everybody with a log-in."""
    record = {
        snapshot.author,
        snapshot.lead,
        *(role.person for role in snapshot.people),
        *(entry.author for entry in snapshot.timeline),
        *(item.owner for item in snapshot.items),
        *(each.person for each in snapshot.approvals),
        *(snapshot.meeting.attendees if snapshot.meeting else ()),
    }
    people = User.objects.filter(is_active=True).only("first_name", "last_name")
    others = (each.get_full_name() for each in people)
    return Names(filter(None, record), filter(None, others))
