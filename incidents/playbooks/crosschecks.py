"""Whether a document whose types are right also makes sense as a whole.

Where parts had to be taken out of it, no check speaks of what only they could tell.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from itertools import pairwise
from typing import get_args

from django.utils.translation import gettext as _

from incidents.clocks import POSTMORTEM_REQUIRED
from incidents.patterns import (
    LONGEST_CHANNEL,
    LONGEST_REFERENCE,
    NUMBER,
    TOKENS,
    render,
    tokens_of,
)
from incidents.playbooks.near import advice, excerpt
from incidents.playbooks.part_checks import check_part, is_shorter
from incidents.playbooks.placeholders import problems, read_all
from incidents.playbooks.salvage import Rest
from incidents.playbooks.schema import Part, Rung, UpdateClock
from incidents.playbooks.schema.base import StatusCode, Step
from incidents.playbooks.schema.learning import (
    ActionItemRule,
    PostMortemRule,
    SectionPrompt,
)
from incidents.playbooks.schema.levels import Answer, SeverityLevel
from incidents.playbooks.schema.response import (
    Channel,
    FollowUp,
    Gate,
    Phase,
    Role,
    WatchWindow,
)
from incidents.yaml_lines import Path

Faults = Iterator[tuple[Path, str]]
MOST = {"severities": 20, "ladder": 200}
# Which keys name a part that stands elsewhere, and in which list. `severities` does so
# in every part but the document itself.
REFERENCES: dict[type[Part], dict[str, str]] = {
    Step: {"role": "roles"},
    Role: {"required": "severities"},
    Answer: {"severity": "severities"},
    UpdateClock: {"condition": "flags"},
    Rung: {"condition": "flags", "who": "roles", "tells": "roles"},
    Phase: {"status": "statuses", "checklists": "checklists"},
    Gate: {
        "phase": "phases",
        "before": "statuses",
        "checklist": "checklists",
        "watch": "watches",
    },
    WatchWindow: {"before": "statuses"},
    FollowUp: {"checklist": "checklists"},
    PostMortemRule: {"author": "roles"},
    ActionItemRule: {"followed_by": "roles"},
}
STATUSES: tuple[str, ...] = get_args(StatusCode)
BADGES = ("red", "orange", "yellow", "blue", "green", "grey")
CHANNEL_TOKENS = tuple(token for token in TOKENS if token != NUMBER)
REFERENCE_TOKENS = ("YYYY", "MM", "DD", "HH", "mm", NUMBER)


def faults_of(rest: Rest) -> Faults:
    """Give every fault: where it is, and what to do about it."""
    for path, part in _parts(rest.document):
        yield from _references(path, part, rest.codes)
        yield from _names(path, part)
        for name, sentence in check_part(part, rest.gaps(*path)):
            yield ((*path, _key(part, name)) if name else path), sentence
    for check in WHOLE:
        yield from check(rest)


def _parts(part: Part, path: Path = ()) -> Iterator[tuple[Path, Part]]:
    """Give every part of a part, itself first, with the keys that lead there."""
    yield path, part
    for name in type(part).model_fields:
        value, here = getattr(part, name), (*path, _key(part, name))
        if isinstance(value, Part):
            yield from _parts(value, here)
        elif isinstance(value, tuple):
            for place, each in enumerate(value):
                if isinstance(each, Part):
                    yield from _parts(each, (*here, place))


def _key(part: Part, name: str) -> str:
    """Give the key that people write for a field."""
    return type(part).model_fields[name].alias or name


def _references(path: Path, part: Part, known: dict[str, list[str] | None]) -> Faults:
    """Find names of what is not there, and names given twice."""
    fields = REFERENCES.get(type(part), {})
    if "severities" in type(part).model_fields and path:
        fields = {**fields, "severities": "severities"}
    for name, kind in fields.items():
        value = getattr(part, name)
        here = (*path, _key(part, name))
        if isinstance(value, str):
            yield from _reference(here, value, kind, known[kind])
        for place, each in enumerate(value if isinstance(value, tuple) else ()):
            if each in value[:place]:
                yield (
                    (*here, place),
                    _("“%s” is in this list already: remove it.") % each,
                )
            yield from _reference((*here, place), each, kind, known[kind])


def _reference(
    path: Path, code: str, kind: str, known: Collection[str] | None
) -> Faults:
    if known is not None and code not in known:
        none = _("The playbook has none: add them, or remove this.")
        sentence = _("“%(code)s” is not among the %(kind)s of this playbook. ")
        facts = {"code": excerpt(code), "kind": kind}
        yield path, sentence % facts + advice(code, known, none)


def _names(path: Path, part: Part) -> Faults:
    """Find parts of a list that go by the same code, or nearly so."""
    for name in type(part).model_fields:
        value = getattr(part, name)
        parts = value if isinstance(value, tuple) else ()
        first = next(iter(parts), None)
        by = next((key for key in ("code", "priority") if hasattr(first, key)), "")
        seen: dict[str, str] = {}
        for place, each in enumerate(parts if by else ()):
            code = str(getattr(each, by))
            other = seen.setdefault(code.casefold(), f"{code}#{place}")
            if other != f"{code}#{place}":
                facts = {"code": code, "other": other.rpartition("#")[0]}
                here = (*path, _key(part, name), place, by)
                yield here, _taken(**facts)


def _taken(code: str, other: str) -> str:
    if code == other:
        return _("“%s” is taken by another in this list: give each its own.") % code
    sentence = _("“%(code)s” and “%(other)s” differ only in their case: rename one.")
    return sentence % {"code": code, "other": other}


def _severities(rest: Rest) -> Faults:
    """Find severities that do not begin with the worst."""
    levels = rest.document.severities
    for place, (before, level) in enumerate(pairwise(levels), start=1):
        if BADGES.index(level.badge) < BADGES.index(before.badge):
            facts = {"badge": level.badge, "code": before.code, "other": before.badge}
            sentence = _(
                "The worst comes first, yet “%(badge)s” is worse than the “%(other)s” "
                "of %(code)s before it: change the order or a badge."
            )
            yield ("severities", place, "badge"), sentence % facts


def _updates(rest: Rest) -> Faults:
    """Find two clocks for the same readers: an update could not say which it meets."""
    for number, level in enumerate(rest.document.severities):
        audiences = [clock.audience for clock in level.updates]
        for place, audience in enumerate(audiences):
            if audience in audiences[:place]:
                sentence = _("%(code)s has a clock of updates to %(whom)s already: ")
                facts = {"code": level.code, "whom": audience}
                here = ("severities", number, "updates", place, "audience")
                yield here, sentence % facts + _("keep one.")


def _statuses(rest: Rest) -> Faults:
    codes = [status.code for status in rest.document.statuses]
    known = rest.codes["statuses"]
    if known is not None and "resolved" not in known:
        yield ("statuses",), _("An incident must end: add the status “resolved”.")
    for place, (before, code) in enumerate(pairwise(codes), start=1):
        if STATUSES.index(code) < STATUSES.index(before):
            facts = {"code": code, "before": before, "all": ", ".join(STATUSES)}
            sentence = _(
                "“%(code)s” comes before “%(before)s”: keep the order %(all)s."
            )
            yield ("statuses", place, "code"), sentence % facts


def _leading_role(rest: Rest) -> Faults:
    roles = rest.document.roles
    leading = [place for place, role in enumerate(roles) if role.leads]
    gaps = [rest.gaps("roles", place) for place in range(len(roles))]
    may_lead = "roles" in rest.gaps() or any("leads" in each for each in gaps)
    if not leading and not may_lead:
        yield ("roles",), _("Nobody leads: add “leads: true” to exactly one role.")
    for place in leading[1:]:
        first = roles[leading[0]].code
        sentence = _("Only one role leads, and “%s” does: remove this.")
        yield ("roles", place, "leads"), sentence % first


def _ladder(rest: Rest) -> Faults:
    """Find rungs that come earlier than the one before, for any severity."""
    told: set[int] = set()
    rungs = [
        (place, rung)
        for place, rung in enumerate(rest.document.ladder)
        if (rung.after is not None or rung.condition is None)
        and not rest.gaps("ladder", place) & {"after", "condition", "from"}
    ]
    for level in rest.document.severities:
        latest: dict[str, Rung] = {}
        for place, rung in rungs:
            if level.code not in rung.severities:
                continue
            before = latest.setdefault(rung.start, rung)
            if not is_shorter(rung.after, before.after):
                latest[rung.start] = rung
            elif place not in told:
                told.add(place)
                yield _rung_path(place, rung), _too_early(level, rung, before)


def _rung_path(place: int, rung: Rung) -> Path:
    return ("ladder", place, "after") if rung.after else ("ladder", place)


def _too_early(level: SeverityLevel, rung: Rung, before: Rung) -> str:
    facts = {
        "level": level.code,
        "after": rung.after or _("at once"),
        "code": before.code,
        "before": before.after or _("at once"),
    }
    return (
        _(
            "The ladder of %(level)s goes back in time: %(after)s comes earlier than "
            "%(before)s of “%(code)s” before it. Change the order or a time."
        )
        % facts
    )


def _reference_pattern(rest: Rest) -> Faults:
    path, pattern = ("record", "reference"), rest.document.record.reference
    for sentence in _tokens(pattern, REFERENCE_TOKENS):
        yield path, sentence
    if tokens_of(pattern).count(NUMBER) != 1:
        sentence = _(
            "References must be unique: write {NNN} exactly once, as in "
            "INC-{YYYY}-{MM}-{DD}-{NNN}."
        )
        yield path, sentence
    if pattern.startswith("#") or len(pattern.split()) > 1:
        yield path, _("Begin a reference with a letter or a figure, without spaces.")
    # Numbers grow beyond three figures.
    widths = {**dict.fromkeys(REFERENCE_TOKENS, "00"), "YYYY": "0000", NUMBER: "000000"}
    longest = render(pattern, widths)
    if len(longest) > LONGEST_REFERENCE:
        facts = {"found": len(longest), "most": LONGEST_REFERENCE}
        sentence = _(
            "References would have up to %(found)d characters: shorten the pattern so "
            "that they fit into %(most)d."
        )
        yield path, sentence % facts


def _tokens(pattern: str, known: Collection[str]) -> Iterator[str]:
    for token in dict.fromkeys(tokens_of(pattern)):
        if token not in known:
            sentence = _("“{%s}” stands for nothing here. ") % excerpt(token)
            none = _("Such a channel has one name at all times.")
            yield sentence + advice(token, known, none)
    if set("{}") & set(render(pattern, dict.fromkeys(tokens_of(pattern), ""))):
        yield _("A brace stands alone: write { and } around one of the names.")


def _channels(rest: Rest) -> Faults:
    """Find what can never be used: a severity takes the first channel that is its."""
    known = rest.codes["severities"]
    left = known or []
    for place, channel in enumerate(rest.document.record.channels):
        path = ("record", "channels", place)
        gaps = rest.gaps(*path)
        if "pattern" not in gaps:
            yield from _channel(path, channel)
        if known is None or "severities" in gaps:
            continue
        for code in dict.fromkeys(channel.severities):
            if code in known and code not in left:
                sentence = _("%s has a channel already: name each severity once.")
                yield (*path, "severities"), sentence % code
        if not channel.severities and not left:
            yield path, _("Every severity has a channel already: remove this one.")
        left = [code for code in left if code not in (channel.severities or left)]


def _channel(path: Path, channel: Channel) -> Faults:
    pattern = channel.pattern or ""
    if channel.kind in {"own", "shared"} and not pattern:
        sentence = _("A channel of kind %s needs a name: add “pattern: '#incidents'”.")
        yield path, sentence % channel.kind
    known = CHANNEL_TOKENS if channel.kind == "own" else ()
    for sentence in _tokens(pattern, known):
        yield (*path, "pattern"), sentence
    if channel.kind != "own" and len(pattern) > LONGEST_CHANNEL:
        sentence = _("A channel's name has at most %d characters: shorten it.")
        yield (*path, "pattern"), sentence % LONGEST_CHANNEL


def _flags(rest: Rest) -> Faults:
    for place, flag in enumerate(rest.document.flags):
        if flag.code == POSTMORTEM_REQUIRED:
            sentence = _("Another code, please: “%s” is what the product itself sets.")
            yield ("flags", place, "code"), sentence % flag.code


def _sections(rest: Rest) -> Faults:
    """Find two sections of one key, however deep they lie in others."""
    taken: set[str] = set()
    for path, part in _parts(rest.document.postmortem, ("postmortem",)):
        if isinstance(part, SectionPrompt):
            if part.key in taken:
                sentence = _("“%s” is the key of another section: give each its own.")
                yield (*path, "key"), sentence % part.key
            taken.add(part.key)


def _messages(rest: Rest) -> Faults:
    for place, message in enumerate(rest.document.messages):
        for name in ("subject", "body"):
            text = getattr(message, name) or ""
            roles = rest.codes["roles"]
            if roles is None:
                roles = [each.argument for each in read_all(text)]
            for sentence in problems(text, roles):
                said = sentence[:1].upper() + sentence[1:]
                yield ("messages", place, name), said


def _sizes(rest: Rest) -> Faults:
    """Hold to what a page can show and a person can follow."""
    for name, most in MOST.items():
        if len(getattr(rest.document, name)) > most:
            sentence = _("It has more than %d: nobody could work by it. Remove some.")
            yield (name, most), sentence % most


WHOLE: tuple[Callable[[Rest], Faults], ...] = (
    _sizes,
    _severities,
    _updates,
    _statuses,
    _leading_role,
    _ladder,
    _reference_pattern,
    _channels,
    _flags,
    _sections,
    _messages,
)
