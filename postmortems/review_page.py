"""What pages show of a review: comments, who agreed to what, what is in the way.

Each part is read when it is asked for, in a number of queries that does not depend on
how much there is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.choices import DeadlineKind
from incidents.forms.persons import BY_NAME
from incidents.names import name_of
from incidents.sight import Seers
from postmortems.choices import Edition, Paper
from postmortems.forms.review import AskForm
from postmortems.models import PostMortem, Reviewer, SectionComment
from postmortems.permissions import may_review
from postmortems.readiness.review import OF_ITEMS, place_of
from postmortems.section_changes import SectionChange, changes_since

if TYPE_CHECKING:
    from incidents.changes import Blocker
    from incidents.models import Deadline
    from postmortems.models import Meeting, Publication, Section

NAME = "admin:postmortems_postmortem_"


@dataclass(frozen=True)
class Thread:
    """The comments on one section: those still open, and those that are settled."""

    section: Section
    unresolved: list[SectionComment] = field(default_factory=list)
    resolved: list[SectionComment] = field(default_factory=list)


@dataclass(frozen=True)
class ReviewerLine:
    """One reviewer: what they were asked, and what they said to which text."""

    reviewer: Reviewer
    is_fresh: bool
    has_approved: bool

    @property
    def name(self) -> str:
        return name_of(self.reviewer.person)

    @property
    def asked_by(self) -> str:
        return name_of(self.reviewer.asked_by)

    @property
    def is_stale(self) -> bool:
        return self.has_approved and not self.is_fresh

    @property
    def is_settled(self) -> bool:
        """Whether they agreed to the text as it is."""
        return self.has_approved and self.is_fresh


@dataclass(frozen=True)
class Hindrance:
    """One thing that stands against publishing, and the place that mends it."""

    sentence: str
    url: str = ""


class ReviewPage:
    """The review of one post-mortem, as one person sees it."""

    def __init__(self, postmortem: PostMortem, person: User) -> None:
        self.postmortem = postmortem
        self.person = person
        # The keys of items whose owner and date this page asks for by itself.
        self.asked_here: frozenset[str] = frozenset()
        self.read_at = timezone.now()

    @cached_property
    def may_review(self) -> bool:
        return self.postmortem.is_draft and may_review(self.person, self.postmortem)

    @property
    def may_approve(self) -> bool:
        return self.may_review and self.person.pk != self.postmortem.author_id

    @cached_property
    def comments(self) -> Mapping[int, Thread]:
        """Give the comments by section; one query."""
        rows = SectionComment.objects.filter(section__postmortem=self.postmortem)
        threads: dict[int, Thread] = {}
        for row in rows.select_related("section", "author", "resolved_by"):
            thread = threads.setdefault(row.section_id, Thread(row.section))
            place = thread.resolved if row.resolved_at else thread.unresolved
            place.append(row)
        return threads

    def thread(self, section: Section) -> Thread:
        return self.comments.get(section.pk) or Thread(section)

    @cached_property
    def sections(self) -> Mapping[str, Section]:
        return {each.key: each for each in self.postmortem.sections.all()}

    def thread_of(self, key: str) -> Thread | None:
        section = self.sections.get(key)
        return self.thread(section) if section else None

    @property
    def unresolved(self) -> list[Thread]:
        """Give where somebody still waits for an answer, in order of the document."""
        open_ones = [each for each in self.comments.values() if each.unresolved]
        return sorted(open_ones, key=lambda each: each.section.order)

    @property
    def count(self) -> int:
        return sum(len(each.unresolved) for each in self.comments.values())

    @cached_property
    def digest(self) -> str:
        """Fingerprint the text as this page shows it: an approval is of that.

        Asked before the text is read, so that what comes in between counts as unseen.
        """
        return self.postmortem.text_digest()

    @cached_property
    def reviewers(self) -> list[ReviewerLine]:
        """Give who was asked or agreed in this round, before the text is published."""
        rows = list(
            self.postmortem.reviewers.select_related("person", "asked_by").all()
        )
        agreed = {each.pk for each in self.postmortem.approvals()}
        digest = self.digest if agreed else ""
        begun = self.round_began_at
        return [
            ReviewerLine(row, self._is_fresh(row, digest), row.pk in agreed)
            for row in rows
            if row.pk in agreed or begun is None or row.asked_at > begun
        ]

    def _is_fresh(self, row: Reviewer, digest: str) -> bool:
        """Say whether they agreed to the text that counts: once it is out, the frozen.

        What becomes of the incident later is told by its timeline, not by that text.
        """
        if row.approved_digest == digest or self.postmortem.is_draft:
            return row.approved_digest == digest
        frozen = self.latest.snapshot.approvals if self.latest else ()
        return any(each.at == row.approved_at and not each.is_stale for each in frozen)

    @cached_property
    def latest(self) -> Publication | None:
        rows = self.postmortem.publications.filter(edition=Edition.INTERNAL)
        return rows.defer("frozen").order_by("-number").first()

    @property
    def round_began_at(self) -> datetime | None:
        """Give when the version before this one was published."""
        return self.latest.published_at if self.latest else None

    @property
    def mine(self) -> ReviewerLine | None:
        """Give what this person was asked, or said."""
        lines = self.reviewers
        own = (line for line in lines if line.reviewer.person_id == self.person.pk)
        return next(own, None)

    @cached_property
    def changed(self) -> list[SectionChange]:
        """Name the sections that were saved after the oldest of the stale approvals."""
        stale = [each.reviewer.approved_at for each in self.reviewers if each.is_stale]
        known = [each for each in stale if each]
        return changes_since(self.postmortem, min(known)) if known else []

    @cached_property
    def ask_form(self) -> AskForm:
        return AskForm(people=self.candidates)

    @cached_property
    def candidates(self) -> list[User]:
        """Give who may be asked: who sees the incident, and was not asked by now."""
        asked = {line.reviewer.person_id for line in self.reviewers}
        people = people_who_see(self.postmortem)
        known = asked | {self.postmortem.author_id}
        return [each for each in people if each.pk not in known]

    @cached_property
    def meeting(self) -> Meeting | None:
        return getattr(self.postmortem, "meeting", None)

    @cached_property
    def due(self) -> Deadline | None:
        """Give by when the review is owed, while it is."""
        return review_due(self.postmortem)

    @property
    def may_be_held(self) -> bool:
        meeting = self.meeting
        has_begun = meeting is not None and meeting.starts_at <= timezone.now()
        return has_begun and meeting is not None and meeting.held_at is None

    @cached_property
    def blockers(self) -> list[Blocker]:
        """List what stands against publishing, as far as this person could."""
        may_publish = self.person.has_perm("postmortems.publish_postmortem")
        by = self.person if may_publish else None
        return self.postmortem.blockers_of_publish(by, self.digest)

    @property
    def hindrances(self) -> list[Hindrance]:
        if not self.postmortem.is_draft:
            return []
        return [self._hindrance(each) for each in self.blockers]

    def _hindrance(self, blocker: Blocker) -> Hindrance:
        if blocker.code in OF_ITEMS and blocker.field in self.asked_here:
            return Hindrance(blocker.sentence, f"#item-{blocker.field}")
        incident = self.postmortem.incident
        return Hindrance(blocker.sentence, place_of(blocker, incident))

    @cached_property
    def publications(self) -> list[Publication]:
        """Give every published version of every edition, the newest first."""
        rows = self.postmortem.publications.select_related("published_by")
        return list(rows.defer("frozen").order_by("-published_at", "-pk"))

    @cached_property
    def versions(self) -> list[VersionLine]:
        internal = [p for p in self.publications if p.edition == Edition.INTERNAL]
        # While a correction is written, the page makes PDFs of its draft.
        current = internal[0] if internal and not self.postmortem.is_draft else None
        return version_lines(self.postmortem, internal, current)

    @property
    def editions(self) -> list[EditionLine]:
        by_edition = defaultdict(list)
        for each in self.publications:
            by_edition[each.edition].append(each)
        return [
            EditionLine(
                self.postmortem,
                Edition(edition),
                next(iter(by_edition[edition]), None),
                self.latest,
            )
            for edition in (Edition.CUSTOMER, Edition.SUMMARY)
        ]


@dataclass(frozen=True)
class VersionLine:
    """One published version, where it is read, and its files by paper."""

    publication: Publication
    files: Mapping[str, str] = field(default_factory=dict)
    # What the page makes PDFs of under “PDF”: no second place does.
    is_current: bool = False

    @property
    def by(self) -> str:
        return name_of(self.publication.published_by)

    @property
    def papers(self) -> list[tuple[Paper, str]]:
        """Give each paper with the address of the file, empty where there is none."""
        return [(paper, self.files.get(paper, "")) for paper in Paper]

    def _address(self, name: str) -> str:
        row = self.publication
        arguments = [row.postmortem_id, row.edition, row.number]
        return reverse(f"{NAME}{name}_version", args=arguments)

    @property
    def read_url(self) -> str:
        return self._address("read")

    @property
    def html_url(self) -> str:
        return self._address("html")

    @property
    def markdown_url(self) -> str:
        return self._address("markdown")


def version_lines(
    postmortem: PostMortem,
    publications: Iterable[Publication],
    current: Publication | None,
) -> list[VersionLine]:
    """Describe versions with the PDFs there are of them; one query."""
    done = postmortem.reports.done().filter(publication__isnull=False)
    files: dict[int | None, dict[str, str]] = defaultdict(dict)
    for pk, publication, paper in done.values_list("pk", "publication", "paper"):
        files[publication][paper] = reverse(f"{NAME}download", args=[postmortem.pk, pk])
    return [
        VersionLine(each, files[each.pk], is_current=each == current)
        for each in publications
    ]


@dataclass(frozen=True)
class EditionLine:
    """One edition beside the internal one: what is out, and whether that is old."""

    postmortem: PostMortem
    edition: Edition
    latest: Publication | None
    internal: Publication | None

    @property
    def url(self) -> str:
        return reverse(f"{NAME}edition", args=[self.postmortem.pk, self.edition.value])

    @property
    def is_old(self) -> bool:
        """Whether the internal version was corrected after it."""
        if self.latest is None or self.internal is None:
            return False
        return self.latest.published_at < self.internal.published_at

    @property
    def state(self) -> str:
        if self.latest is None:
            return _("not published")
        return _("version %d") % self.latest.number


def review_due(postmortem: PostMortem) -> Deadline | None:
    """Find the date of the review that the playbook set and nothing has met."""
    rows = postmortem.incident.deadlines.unended()
    return rows.filter(kind=DeadlineKind.REVIEW, due_at__isnull=False).first()


def people_who_see(postmortem: PostMortem) -> list[User]:
    """Give the active people who may see the incident, by name."""
    people = list(User.objects.filter(is_active=True).order_by(*BY_NAME))
    seers = Seers.of(postmortem.incident, people)
    return [each for each in people if seers.sees(each)]
