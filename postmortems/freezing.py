"""Keeps what a post-mortem says for good, as a version of one of its editions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib.auth.models import User
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext as _

from incidents.changes import Refused, locked
from incidents.models import Incident
from incidents.names import name_of
from postmortems.called_by import called, log_ins
from postmortems.choices import Edition
from postmortems.discretion import Names
from postmortems.drafting import snapshot_of, versions_of
from postmortems.editions import Withheld, for_customers, people_in, reduced
from postmortems.indexing import index, index_missing
from postmortems.models import Finding, PostMortem, Publication
from postmortems.references import MOST_SPOKEN, SPOKEN
from postmortems.snapshot import Entry, Item, Line, Past, Snapshot

if TYPE_CHECKING:
    from django.db.models import QuerySet

# What customers may read or not, one by one.
Marked = TypeVar("Marked", Entry, Item, Line)


def freeze(
    postmortem: PostMortem, *, reason: str, by: User, at: datetime, digest: str = ""
) -> Publication:
    """Keep what it says now as its internal version; its row says which."""
    number = postmortem.version
    snapshot = snapshot_of(postmortem, now=at, digest=digest)
    this = Past(number=number, at=at, by=name_of(by), reason=reason)
    frozen = snapshot.model_copy(
        update={
            "is_draft": False,
            "number": number,
            "reason": reason,
            "versions": (*snapshot.versions, this),
        }
    )
    return _keep(postmortem, frozen, reason=reason, by=by, at=at)


def freeze_missing() -> int:
    """Freeze what was published before versions were kept; give how many those were.

    What is not in the library yet is put there as well.
    """
    lacking = PostMortem.objects.filter(published_at__isnull=False, publications=None)
    frozen = 0
    for each in lacking:
        with locked(each) as row:
            if row.published_by and row.published_at and not row.publications.exists():
                freeze(row, reason="", by=row.published_by, at=row.published_at)
                frozen += 1
    index_missing()
    return frozen


def freeze_edition(
    postmortem: PostMortem, edition: str, *, by: User, at: datetime
) -> Publication:
    """Keep an edition of the internal version that is out as its own next version."""
    draft = edition_of(postmortem, edition)
    latest = postmortem.latest(edition)
    if latest and says_the_same(latest.snapshot, draft):
        sentence = _("Version %d says the same already: nothing was published.")
        raise Refused.because("same", sentence % latest.number)
    this = Past(number=draft.number, at=at, by="")
    frozen = draft.model_copy(
        update={
            "is_draft": False,
            "published_at": at,
            "published_by": "" if edition == Edition.CUSTOMER else name_of(by),
            "versions": (*draft.versions, this),
        }
    )
    return _keep(postmortem, frozen, reason="", by=by, at=at)


def says_the_same(published: Snapshot, draft: Snapshot) -> bool:
    """Say whether a version that is out reads as the next one would."""
    return _said(published) == _said(draft)


def _said(snapshot: Snapshot) -> Snapshot:
    """Leave out when it was made, and which version it is."""
    plain: dict[str, Any] = dict.fromkeys(("number", "layout"), 0)
    plain |= {"taken_at": None, "published_at": None, "published_by": ""}
    return snapshot.model_copy(update={**plain, "is_draft": False, "versions": ()})


def edition_of(postmortem: PostMortem, edition: str) -> Snapshot:
    return edited(postmortem, edition)[0]


def edited(postmortem: PostMortem, edition: str) -> tuple[Snapshot, list[Withheld]]:
    """Make an edition of what is out, or of the draft while nothing is.

    What customers may read is asked now: it may be marked after publication. With it
    comes what was left out of their words.
    """
    internal = postmortem.latest()
    source = internal.snapshot if internal else snapshot_of(postmortem)
    if edition == Edition.INTERNAL:
        return snapshot_of(postmortem) if postmortem.is_draft else source, []
    if edition == Edition.CUSTOMER:
        marked = with_marks(postmortem, source)
        missing = _public_left_out(postmortem, source)
        made, left_out = for_customers(marked, names_for(marked), left_out=missing)
    else:
        made, left_out = reduced(source, edition), []
    past = versions_of(postmortem, edition)
    # It has versions of its own, and is a draft until it is one of them.
    draft = made.model_copy(
        update={
            "is_draft": True,
            "number": past[-1].number + 1 if past else 1,
            "reason": "",
            "published_at": None,
            "published_by": "",
            "versions": past,
        }
    )
    return draft, left_out


def names_for(snapshot: Snapshot) -> Names:
    """Name everybody by whatever they may be called, and the incidents spoken of."""
    there, people, present = people_in(snapshot), set[str](), set[str]()
    for each in User.objects.only("first_name", "last_name", "username", "email"):
        log_in = (each.username, each.email)
        people.update(called(each.first_name, each.last_name, *log_in))
        if name_of(each) in there:
            present.update(called(each.first_name, each.last_name), log_ins(*log_in))
    spoken = {
        match["reference"].upper()
        for text in _words(snapshot)
        for match in SPOKEN.finditer(text)
        if match["reference"]
    }
    named = Incident.objects.annotate(said=Upper("reference")).filter(
        said__in=sorted(spoken)[:MOST_SPOKEN]
    )
    references = frozenset(named.values_list("reference", flat=True))
    return Names(frozenset(people), references, frozenset(present))


def _words(snapshot: Snapshot) -> Iterator[str]:
    yield snapshot.title
    for part in snapshot.parts:
        yield part.body
        yield from (line.text for line in part.lines)
    yield from (entry.text for entry in snapshot.timeline if entry.is_public)
    yield from (item.title for item in snapshot.items)


def with_marks(postmortem: PostMortem, snapshot: Snapshot) -> Snapshot:
    """Put the present marks for customers in the place of those that were frozen."""
    incident = postmortem.incident
    sections = _public(postmortem.sections.all(), "pk")
    lines = _public(Finding.objects.filter(section__postmortem=postmortem), "pk")
    entries = _public(incident.timeline.standing(), "pk")
    items = _public(incident.items.all(), "pk")
    return snapshot.model_copy(
        update={
            "parts": tuple(
                part.model_copy(
                    update={
                        # A key may be another section's by now, a row never is.
                        "is_public": part.id in sections,
                        "lines": _marked(part.lines, lines),
                    }
                )
                for part in snapshot.parts
            ),
            "timeline": _marked(snapshot.timeline, entries),
            "items": _marked(snapshot.items, items),
        }
    )


def _public_left_out(postmortem: PostMortem, snapshot: Snapshot) -> int:
    """Count the entries for customers among those that it had no room for."""
    if not snapshot.left_out:
        return 0
    last = snapshot.timeline[-1]
    later = Q(at__gt=last.at) | Q(at=last.at, pk__gt=last.id)
    known = Q(recorded_at__lte=snapshot.taken_at, in_postmortem=True, is_public=True)
    found = postmortem.incident.timeline.standing().filter(later, known).count()
    return min(found, snapshot.left_out)


def _public(rows: QuerySet[Any], name: str) -> set[object]:
    return set(rows.filter(is_public=True).values_list(name, flat=True))


def _marked(parts: Iterable[Marked], public: set[object]) -> tuple[Marked, ...]:
    return tuple(
        part.model_copy(update={"is_public": part.id in public}) for part in parts
    )


def _keep(
    postmortem: PostMortem, snapshot: Snapshot, *, reason: str, by: User, at: datetime
) -> Publication:
    publication = Publication(
        postmortem=postmortem,
        edition=snapshot.edition,
        number=snapshot.number,
        reason=reason,
        published_at=at,
        published_by=by,
        frozen=snapshot.model_dump_json(),
    )
    publication.save()
    index(publication)
    return publication
