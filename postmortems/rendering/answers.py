"""What the record answers to the fields that a playbook's template asks for.

A field is a line in the team's own words, such as “Users affected, as a number or in
per cent”. Its words tell what it asks for; where the record has nothing, that is said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from incidents.durations import say
from postmortems.figures import moment
from postmortems.rendering.chronicle import zone_name
from postmortems.snapshot import Snapshot

# What tells a writer how to put it, and is no part of the name of the field.
HOW_TO_PUT_IT = re.compile(
    r",.*$|\s+as hh:mm$|\s+in hours and minutes$|\s+\([^)]*\)$", re.I
)
MINUTE = timedelta(minutes=1)
TICKET = re.compile(
    r"jira|/issues?/|/tickets?/|linear\.app|youtrack|/work_items/", re.I
)
DASHBOARD = re.compile(r"dashboard|grafana|datadog|kibana|newrelic|metabase", re.I)
CHANNEL = re.compile(r"^#|slack\.com|teams\.microsoft|chat\.|mattermost|zulip", re.I)


@dataclass(frozen=True)
class Answer:
    label: str
    value: str
    is_known: bool = True


@dataclass(frozen=True)
class Asked:
    """A field that is asked for: its words, of whom, and the zone times are told in."""

    words: str
    snapshot: Snapshot
    zone: ZoneInfo

    def has(self, pattern: str) -> bool:
        return bool(re.search(pattern, self.words))

    def at(self, name: str) -> datetime | None:
        found = (each.at for each in self.snapshot.moments if each.name == name)
        return next(found, None)

    def said(self, at: datetime | None) -> str:
        return f"{moment(at, self.zone)} {zone_name(at, self.zone)}" if at else ""


def answers(fields: Iterable[str], snapshot: Snapshot, zone: ZoneInfo) -> list[Answer]:
    """Answer each field, in the order and the words of the playbook."""
    return [_answer(field, snapshot, zone) for field in fields]


def _answer(field: str, snapshot: Snapshot, zone: ZoneInfo) -> Answer:
    label = HOW_TO_PUT_IT.sub("", field.strip()) or field
    asked = Asked(field.lower(), snapshot, zone)
    value = next((get(asked) for rule, get in RULES if asked.has(rule)), "")
    return Answer(label, value or _("not recorded"), is_known=bool(value))


def _milestone(*names: str) -> Callable[[Asked], str]:
    """Tell the first of these moments that is known, else why none is."""

    def get(asked: Asked) -> str:
        for name in names:
            if at := asked.at(name):
                return asked.said(at)
        reasons = {each.name: each.unknown for each in asked.snapshot.moments}
        reason = next(filter(None, map(reasons.get, names)), "")
        return _("not known: %s") % reason if reason else ""

    return get


def _detected(asked: Asked) -> str:
    at, how = _milestone("detected")(asked), ""
    if asked.has(r"\bhow\b|\bby\b"):
        how = _fact("detection_source")(asked)
    # Of both may be said, in the same words, why they are not known.
    return ", ".join(filter(None, dict.fromkeys([at, how])))


def _fact(*keys: str) -> Callable[[Asked], str]:
    def get(asked: Asked) -> str:
        known = {each.key: each.value for each in asked.snapshot.facts}
        none = _("not recorded")
        values = [known[key] for key in keys if known.get(key, none) != none]
        return ". ".join(values)

    return get


def began(asked: Asked) -> datetime | None:
    """Give when users began to be affected, else when it started."""
    starts = [span.start for span in asked.snapshot.impact]
    return min(starts) if starts else asked.at("started")


def ended(asked: Asked) -> datetime | None:
    """Give when users were no longer affected, else when it was resolved."""
    spans = asked.snapshot.impact
    if not spans:
        return asked.at("resolved")
    ends = [span.end for span in spans if span.end]
    return max(ends) if len(ends) == len(spans) else None


def _length(asked: Asked) -> timedelta | None:
    start, end = asked.at("started"), asked.at("resolved")
    whole = end - start if start and end else None
    if asked.has(r"\btotal\b") and whole is not None:
        return whole
    return asked.snapshot.affected if asked.snapshot.impact else whole


def _duration(asked: Asked) -> str:
    """Say how long it took in the form that the field asks for."""
    took = _length(asked)
    if took is None:
        return ""
    minutes = took // MINUTE
    if asked.has(r"\bhh:mm\b"):
        return f"{minutes // 60:02}:{minutes % 60:02}"
    if asked.has(r"\bhours and minutes\b"):
        hours = {"hours": intcomma(minutes // 60), "minutes": minutes % 60}
        return _("%(hours)s h %(minutes)s min") % hours
    if asked.has(r"\bminutes\b"):
        return _("%s min") % intcomma(minutes)
    if asked.has(r"\bstart\b.*\bend\b"):
        return f"{_from_to(asked)}, {say(took)}"
    return say(took)


def _from_to(asked: Asked) -> str:
    """Say from when to when; the day and the zone once, where they are the same."""
    start, end = began(asked), ended(asked)
    since, until = asked.said(start), asked.said(end) or _("still running")
    day, _comma, _time = since.rpartition(", ")
    if start and end and until.startswith(f"{day}, "):
        since = moment(start, asked.zone)
        until = until.removeprefix(f"{day}, ")
    return f"{since} – {until}"


def _lead(asked: Asked) -> str:
    """Name who held the role that the field speaks of, else who led."""
    held = [
        each.person
        for each in asked.snapshot.people
        if each.role.lower().split()[-1:] == asked.words.split()[-1:]
    ]
    return held[-1] if held else asked.snapshot.lead


def _day(asked: Asked) -> str:
    at = began(asked) or asked.at("declared")
    return date_format(at.astimezone(asked.zone), "j M Y") if at else ""


def _met_on(asked: Asked) -> str:
    meeting = asked.snapshot.meeting
    if meeting is None:
        return ""
    minutes = _("%d min") % meeting.minutes
    return f"{asked.said(meeting.starts_at)}, {minutes}"


def _attendees(asked: Asked) -> str:
    meeting = asked.snapshot.meeting
    return ", ".join(meeting.attendees) if meeting else ""


def _follow_up(asked: Asked) -> str:
    meeting = asked.snapshot.meeting
    day = meeting.follow_up_on if meeting else None
    tickets = _tickets(asked) if asked.has("ticket") else ""
    said = date_format(day, "j M Y") if day else ""
    return "\n".join(filter(None, [said, tickets]))


def _linked(pattern: re.Pattern[str]) -> Callable[[Asked], str]:
    def get(asked: Asked) -> str:
        return "\n".join(
            f"{each.label} {each.url}".strip() if each.label != each.url else each.url
            for each in asked.snapshot.references
            if pattern.search(each.url) or pattern.search(each.label)
        )

    return get


def _tickets(asked: Asked) -> str:
    tickets = [item.ticket for item in asked.snapshot.items if item.ticket]
    return "\n".join(filter(None, [*dict.fromkeys(tickets), _linked(TICKET)(asked)]))


def is_asked_for(label: str, url: str, fields: Iterable[str]) -> bool:
    """Say whether one of the fields shows this reference already."""
    wanted = " ".join(fields).lower()
    kinds = {"channel": CHANNEL, "ticket": TICKET, "dashboard": DASHBOARD}
    return any(
        word in wanted and (pattern.search(label) or pattern.search(url))
        for word, pattern in kinds.items()
    )


# The first rule that fits decides, so what is special stands before what is general.
RULES: tuple[tuple[str, Callable[[Asked], str]], ...] = (
    (r"^date and time\b", _met_on),
    (r"^attendees|^participants", _attendees),
    (r"^follow-?\s?up", _follow_up),
    (r"\bchannel\b", _linked(CHANNEL)),
    (r"\btickets?\b", _tickets),
    (r"\bdashboards?\b", _linked(DASHBOARD)),
    (r"\bdurations?\b|\bdowntime\b|\bhow long\b", _duration),
    (r"\broot cause\b|\bcause identified", _milestone("root_cause_identified")),
    (r"\binvestigat", _milestone("investigation_started")),
    (r"\bin part\b|\bpartial", _milestone("partially_restored")),
    (
        r"\bmitigation (started|began)|\bstart of the mitigation",
        _milestone("mitigation_started"),
    ),
    (r"\bmitigation (deployed|applied|done)", _milestone("fix_deployed", "mitigated")),
    (r"\b(deployed|applied|released)\b", _milestone("fix_deployed")),
    (r"\bmitigated\b|\brestored\b", _milestone("mitigated")),
    (r"\btriaged?\b", _milestone("triaged")),
    (r"\bdeclared\b", _milestone("declared")),
    (r"\backnowledged\b", _milestone("acknowledged")),
    (
        r"\bverified\b.*\bresolved|\bresolution confirmed",
        _milestone("verified", "resolved"),
    ),
    (r"\bverified\b|\bverification\b", _milestone("verified")),
    (r"\bclosed\b", _milestone("closed")),
    (r"\balerts?\b|\bdetect|\bnoticed\b", _detected),
    (r"\busers?\b|\bcustomers\b", _fact("users")),
    (r"\btransactions?\b", _fact("transactions")),
    (r"\bservices?\b|\bsystems?\b", lambda a: ", ".join(a.snapshot.services)),
    (r"\brevenue\b|\bcosts?\b|\bmoney\b", _fact("revenue")),
    (r"\bdata\b", _fact("data_loss", "data_loss_details")),
    (r"\breputation\b", _fact("reputation")),
    (r"\bfeatures?\b", _fact("features")),
    (r"\bcause\b", _fact("cause_category")),
    (r"\bresolved\b", _milestone("resolved")),
    (r"\bseverity\b|\bpriority\b", lambda a: a.snapshot.severity.text),
    (r"\bstatus\b|\bstate\b", lambda a: a.snapshot.status.text),
    (r"\bauthor\b|\bwritten by\b", lambda a: a.snapshot.author),
    (r"\blead\b|\bcommander\b|\bmanager\b|\bowner\b", _lead),
    (r"\bteam\b", lambda a: a.snapshot.team),
    (r"\btitle\b|\bname\b", lambda a: a.snapshot.title),
    (r"\bid\b|\breference\b|\bnumber\b", lambda a: a.snapshot.reference),
    (r"^start|\bbegan\b", lambda a: a.said(began(a))),
    (r"^end", lambda a: a.said(ended(a))),
    (r"\bdate\b|\bday\b", _day),
)
