"""References to incidents and action items in people's words, and where they lead.

An incident is named by its reference, an action item by `item:12`, both also by the
address of their page. Who reads decides what becomes a link: what that reader may not
see stays text, exactly as what does not exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db.models import Q

from incidents.models import ActionItem, Incident
from incidents.patterns import LONGEST_REFERENCE

if TYPE_CHECKING:
    from incidents.querysets import ActionItemQuerySet, IncidentQuerySet, Person

# What is asked for at most in one document; a list of more is no reading matter.
MOST_SPOKEN = 2_000
# Numbers are three figures at least. Neighbours are judged in Latin letters alone:
# other scripts put no space around a reference.
SPOKEN = re.compile(
    r"(?P<address>(?:https?://|(?<![A-Za-z0-9_/.])/)[^\s<>\"'`|\\()\[\]]+)"
    r"|(?<![A-Za-z0-9_/#@.-])(?P<item>item:[0-9]{1,18})(?![A-Za-z0-9_-])"
    r"|(?<![A-Za-z0-9_#@.-])"
    rf"(?P<reference>[A-Za-z][A-Za-z0-9_-]{{0,{LONGEST_REFERENCE - 4}}}[0-9]{{3}})"
    r"(?![A-Za-z0-9_-])"
)
ITEM = re.compile(r"item:([0-9]{1,18})")
PAGE = re.compile(
    r"/admin/incidents/(?P<kind>incident|actionitem)/(?P<pk>[0-9]{1,18})/(?:change/?)?"
)
IMAGE = re.compile(r"image:([0-9]{1,18})")
ENDS_A_SENTENCE = ".,;:!?…"


@dataclass(frozen=True)
class Target:
    """A page of ours that a reference leads to."""

    address: str
    title: str


@dataclass(frozen=True)
class Spoken:
    """A reference found in a text, from one place to another."""

    start: int
    end: int
    target: Target


@dataclass(frozen=True)
class References:
    """What may be linked for one reader: keys are references, `item:…`, `incident:…`.

    `site` stands before addresses of ours, where a document is read outside of it.
    Where nothing leads inside, as for customers, such addresses stay text.
    """

    found: Mapping[str, Target] = field(default_factory=dict)
    site: str = ""
    lead_inside: bool = True

    @classmethod
    def seen_by(cls, user: Person, texts: Iterable[str]) -> References:
        """Look up what the texts speak of and this reader may see, for the web."""
        incidents = Incident.objects.visible_to(user)
        return cls(_look_up(texts, incidents, ActionItem.objects.visible_to(user)))

    @classmethod
    def for_everybody(cls, texts: Iterable[str]) -> References:
        """Look up what no incident hides, for a document whose readers are unknown."""
        incidents = Incident.objects.filter(restricted=False)
        items = ActionItem.objects.filter(
            Q(incident=None) | Q(incident__restricted=False)
        )
        return cls(_look_up(texts, incidents, items), site=settings.SITE_URL)

    @classmethod
    def outside(cls) -> References:
        """Link nothing of ours, for readers who have no access at all."""
        return cls(lead_inside=False)

    def spoken_in(self, text: str) -> Iterator[Spoken]:
        """Find the references in a text that lead somewhere, in their order."""
        if not self.found:
            return
        for start, end, key in _keys_in(text):
            target = self.found.get(key)
            if target:
                yield Spoken(start, end, self._placed(target))

    def target_of(self, address: str) -> Target | None:
        """Give where an address that names an incident or item leads, if anywhere."""
        target = self.found.get(key_of(address) or "")
        return self._placed(target) if target else None

    def _placed(self, target: Target) -> Target:
        return Target(f"{self.site}{target.address}", target.title)


def key_of(address: str) -> str | None:
    """Say which incident or item an address names, or None if it names neither."""
    item = ITEM.fullmatch(address)
    if item:
        return f"item:{int(item[1])}"
    if not is_ours(address):
        return None
    page = PAGE.fullmatch(unquote(urlsplit(address).path))
    if not page:
        return None
    kind = "item" if page["kind"] == "actionitem" else "incident"
    return f"{kind}:{int(page['pk'])}"


def is_ours(address: str) -> bool:
    """Say whether an address lies on this site, given in full or from its root."""
    if address.startswith("/"):
        # Two of them begin the name of another site.
        return address[1:2] not in {"/", "\\"}
    try:
        parts, site = urlsplit(address), urlsplit(str(settings.SITE_URL))
    except ValueError:
        return False
    is_web = parts.scheme in {"http", "https"}
    return is_web and parts.netloc.lower() == site.netloc.lower()


def images_named_in(texts: Iterable[str]) -> set[int]:
    """List the keys of images that texts may show, so that only these are fetched."""
    return {int(key) for text in texts for key in IMAGE.findall(text)}


def _look_up(
    texts: Iterable[str], incidents: IncidentQuerySet, items: ActionItemQuerySet
) -> dict[str, Target]:
    """Ask once for all incidents and once for all items that the texts speak of."""
    spoken: dict[str, None] = {}
    for text in texts:
        for _start, _end, key in _keys_in(text):
            if len(spoken) < MOST_SPOKEN:
                spoken[key] = None
    references = [key for key in spoken if ":" not in key]
    found: dict[str, Target] = {}
    pages = _numbers(spoken, "incident:")
    if references or pages:
        named = incidents.filter(Q(reference__in=references) | Q(pk__in=pages))
        for incident in named.only("pk", "reference", "title"):
            target = Target(incident.get_absolute_url(), incident.title)
            found[incident.reference] = found[f"incident:{incident.pk}"] = target
    numbers = _numbers(spoken, "item:")
    if numbers:
        for item in items.filter(pk__in=numbers).only("pk", "title"):
            found[f"item:{item.pk}"] = Target(item.get_absolute_url(), item.title)
    return found


def _numbers(keys: Iterable[str], prefix: str) -> list[int]:
    return [int(key.removeprefix(prefix)) for key in keys if key.startswith(prefix)]


def _keys_in(text: str) -> Iterator[tuple[int, int, str]]:
    """Find what looks like a reference; an address is looked at as a whole."""
    for match in SPOKEN.finditer(text):
        words = match[0]
        if match["address"]:
            words = words.rstrip(ENDS_A_SENTENCE)
        key = match["reference"] or key_of(words)
        if key:
            yield match.start(), match.start() + len(words), key
