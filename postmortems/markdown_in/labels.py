"""What the labels of a write-up's head mean, and the headings of its tables."""

from __future__ import annotations

from postmortems.markdown_in.times import is_time
from postmortems.meanings import plain

# Numbers and plurals are taken off as in headings: see `plain`.
LABELS: dict[str, str] = {
    "title": "title, incident title, incident, name, incident name, subject, headline",
    "reference": "reference, incident id, id, incident number, incident reference, "
    "incident no, incident, number, ticket, incident ticket, incident key, key, "
    "case, case number, report id, ref, post mortem id, postmortem id, issue, "
    "incident issue, tracking ticket, incident link",
    "date": "date, incident date, date of incident, date of the incident, day, "
    "incident day, event date, when, date and time, date time, occurred, "
    "occurred on, date occurred, datum",
    "started_at": "start, started, start time, started at, incident start, "
    "incident started, impact start, impact started, begin, began, beginning, "
    "time started, start date, outage start, start of impact, start of incident, "
    "incident start time, start of the incident, time of incident, "
    "start date and time, time of occurrence, incident began, start of outage",
    "detected_at": "detected, detected at, detection time, time detected, "
    "time of detection, discovered, first detected, noticed, first alert, "
    "alerted at, incident detected, discovered at, date detected, first noticed",
    "acknowledged_at": "acknowledged, acknowledged at, acknowledgement time, "
    "time acknowledged, time of acknowledgement",
    "declared_at": "declared, declared at, incident declared, reported, reported at, "
    "time declared",
    "mitigated_at": "mitigated, mitigated at, mitigation time, time mitigated, "
    "impact mitigated, impact end, impact ended, end of impact, time of mitigation, "
    "time to mitigation",
    "resolved_at": "end, ended, end time, ended at, incident end, incident ended, "
    "resolved, resolved at, resolution time, time resolved, incident resolved, "
    "outage end, end date, until, finished, recovered, recovered at, restored, "
    "service restored, incident end time, end of incident, time of resolution, "
    "end date and time, date resolved, end of the incident, end of outage",
    "closed_at": "closed, closed at, time closed, incident closed",
    "duration": "duration, total duration, incident duration, outage duration, "
    "length, time to resolve, time to resolution, impact duration, ttr, mttr, "
    "duration of incident, duration in hours and minutes, elapsed, elapsed time, "
    "total time, duration as hh mm, duration of the incident, duration of outage",
    "downtime": "downtime, minutes of downtime, downtime minute, minute downtime, "
    "total downtime, outage, service downtime",
    "severity": "severity, sev, severity level, incident severity, level, "
    "priority, impact level, criticality, incident level, incident priority, p level",
    "status": "status, state, incident status, document status, current status, "
    "post mortem status, postmortem status, report status",
    "authors": "author, written by, prepared by, owner, post mortem author, "
    "postmortem author, author of the post mortem, reporter, report author, by, "
    "post mortem owner, postmortem owner, document owner, reported by, editor, "
    "created by, drafted by, report owner, writer",
    "lead": "lead, incident commander, ic, incident lead, commander, incident manager, "
    "incident leader, dri, incident owner, incident coordinator, on call lead, "
    "team lead, tech lead, technical lead, major incident manager",
    "responders": "responder, participant, on call, on call engineer, engineer, "
    "people involved, incident team, response team, involved, contributor, "
    "involved people, oncall, on caller, incident responder, team member",
    "reviewers": "reviewer, reviewed by, approver, approved by, sign off",
    "team": "team, owning team, responsible team, team involved, organisation, "
    "organization, department, company, team attribution, group, affected team",
    "services": "service, service affected, affected service, system affected, "
    "affected system, system, component, affected component, product, "
    "affected product, feature affected, affected feature, application, "
    "component affected, impacted service, service impacted, impacted system, "
    "affected area, area, functionality affected, feature, service name",
    "users": "user affected, customer affected, affected user, affected customer, "
    "number of user affected, number of affected user, user impacted, user, customer, "
    "user affected as a number or per cent, impacted user, impacted customer, "
    "number of customer affected, customer impacted, number of user impacted, who",
    "revenue": "revenue, revenue impact, revenue lost, revenue loss, lost revenue, "
    "financial impact, cost, financial loss, revenue if it applies, estimated cost, "
    "estimated revenue impact, revenue lost if any, money lost",
    "data_loss": "data loss, data lost, lost data, data loss if any, "
    "data lost yes or no with detail",
    "reputation": "reputation, reputation impact, damage to our reputation, "
    "reputational impact, reputational damage",
    "detection_source": "detected by, detection method, detection source, "
    "reported through, how detected, alert source, found by, discovered by, "
    "noticed by, source of detection, alert",
    "cause_category": "cause category, root cause category, category, cause type, "
    "root cause type, incident type, type, classification, incident category",
    "environment": "environment, region, location, site, affected environment, "
    "affected region, datacenter, data center",
    "channel": "channel, incident channel, slack channel, chat channel, slack, "
    "chat, war room, incident slack channel",
    "tags": "tag, label, keyword",
    "zone": "time zone, timezone, zone, tz",
    "written_on": "date written, written on, published, published on, last updated, "
    "updated, created, date of report, report date, date published, updated at, "
    "created at, last modified, post mortem date, postmortem date, publication date, "
    "document date, created on, date created",
    "source": "source, link, url, original, source url, public url, post mortem link",
    "version": "version, document version, revision, edition",
    "audience": "audience, confidentiality, visibility",
}
# Named after a stage of the work: a field only where a time follows.
IF_TIME: dict[str, str] = {
    "detection": "detected_at",
    "resolution": "resolved_at",
    "recovery": "resolved_at",
    "mitigation": "mitigated_at",
    "fix": "mitigated_at",
    "time": "started_at",
    # As in the head of a mail, where they name people.
    "from": "started_at",
    "to": "resolved_at",
    "incident time": "started_at",
}
MOMENTS = (
    *("started_at", "detected_at", "acknowledged_at", "declared_at"),
    *("mitigated_at", "resolved_at", "closed_at"),
)
PERSONS = ("authors", "lead", "responders", "reviewers")
LISTS = (*PERSONS, "services", "tags")
KNOWN: dict[str, str] = {}
for _name, _words in LABELS.items():
    for _word in [_name, *_words.split(", ")]:
        KNOWN.setdefault(plain(_word), _name)
COLUMNS: dict[str, str] = {
    "title": "action item, action, item, task, title, what, todo, to do, follow up, "
    "description, what must change, corrective action, remediation, next step, "
    "step, action to take, recommendation, improvement, measure, summary, name, "
    "follow up action, work item, remediation item, activity, preventive action",
    "owner": "owner, assignee, assigned to, assigned, responsible, who, person, dri, "
    "lead, action owner, responsible person, by whom, team, owner team, point person, "
    "poc, accountable, driver",
    "due": "due, due date, due on, deadline, target date, by when, eta, when, "
    "target, date, date due, due by, completion date, target completion date, "
    "expected date, planned date, timeline",
    "priority": "priority, prio, p, severity, importance, urgency, sev",
    "ticket": "ticket, bug, issue, link, jira, url, ticket id, ticket link, "
    "tracking, tracker, tracking ticket, jira ticket, bug id, issue link, "
    "tracking issue, github issue, jira link, pr, reference, tracking link",
    "state": "status, state, done, progress, complete, completed",
    "kind": "type, kind, category, action type, type of action, class",
    "horizon": "horizon, term, time frame, timeframe",
    "number": "no, number, nr, id",
}
ITEM_COLUMNS: dict[str, str] = {}
for _name, _words in COLUMNS.items():
    for _word in _words.split(", "):
        ITEM_COLUMNS.setdefault(plain(_word), _name)


def _plain_words(text: str) -> frozenset[str]:
    return frozenset(plain(word) for word in text.split(", "))


TIME_WORDS = _plain_words(
    "time, when, timestamp, day, date, date and time, date time, datetime, at, "
    "time of day, hour, clock, time stamp, t, local time, timing, elapsed"
)
DAY_WORDS = _plain_words("date, day")
EVENT_WORDS = _plain_words(
    "event, description, what, what happened, action, entry, detail, activity, "
    "summary, note, comment, status, step, happening, observation, message, milestone"
)


def field_of(label: str, value: str) -> str | None:
    """Give our name for a label of the head, if it is one with such a value."""
    words = plain(label)
    if name := IF_TIME.get(words):
        return name if is_time(value) else None
    name = KNOWN.get(words)
    if name == "title" and words == "incident" and _is_reference(value):
        return "reference"
    return name


def is_field(label: str, value: str) -> bool:
    return field_of(label, value) is not None


def _is_reference(value: str) -> bool:
    """Say whether a value has figures and no blank, as references do."""
    return any(each.isdigit() for each in value) and len(value.split()) == 1
