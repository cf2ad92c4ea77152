"""What the sections of a post-mortem are about, whatever a team calls them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Meaning(TextChoices):
    SUMMARY = "summary", _("Summary")
    IDENTITY = "identity", _("Record")
    DURATIONS = "durations", _("Durations")
    IMPACT = "impact", _("Impact")
    TIMELINE = "timeline", _("Timeline")
    ROLES = "roles", _("Roles")
    MESSAGES = "messages", _("Messages")
    ITEMS = "items", _("Action items")
    REFERENCES = "references", _("References")
    MEETING = "meeting", _("Review meeting")
    ROOT_CAUSE = "root_cause", _("Root cause")
    FACTORS = "factors", _("Contributing factors")
    TRIGGER = "trigger", _("Trigger")
    DETECTION = "detection", _("Detection")
    RESOLUTION = "resolution", _("Resolution")
    VERIFICATION = "verification", _("Verification")
    WENT_WELL = "went_well", _("What went well")
    WENT_WRONG = "went_wrong", _("What went wrong")
    LUCKY = "lucky", _("Where we got lucky")
    LESSONS = "lessons", _("Lessons learned")
    PREVENTION = "prevention", _("Prevention")
    SHORT_TERM = "short_term", _("Short term")
    LONG_TERM = "long_term", _("Long term")
    MONITORING = "monitoring", _("Monitoring")


# Sections of single points: a list there is a list of them.
LISTED = frozenset(
    {
        Meaning.FACTORS,
        Meaning.VERIFICATION,
        Meaning.WENT_WELL,
        Meaning.WENT_WRONG,
        Meaning.LUCKY,
        Meaning.SHORT_TERM,
        Meaning.LONG_TERM,
        Meaning.MONITORING,
    }
)
# As `plain` makes headings: lower case, no marks, the word in the singular where both
# are usual (an "s" more or less at the end of a word is tried by `meaning_of`).
SYNONYMS: dict[Meaning, str] = {
    Meaning.SUMMARY: "summary, overview, executive summary, management summary, tl dr, "
    "tldr, abstract, background, context, introduction, what happened, description, "
    "incident description, problem, problem statement, issue summary, synopsis, "
    "exec summary, in brief, at a glance, high level summary, the incident in brief",
    Meaning.IDENTITY: "identity, record, the incident, incident, incident log, "
    "incident review, incident report, incident detail, incident information, "
    "metadata, meta data, header, detail, general information, basic information, "
    "information, incident record, post mortem, postmortem, key fact, fact, "
    "document information, incident metadata, incident data, basic",
    Meaning.DURATIONS: "duration, key metric, incident metric, response metric, "
    "metric, response time, incident duration, key time, time to, time metric",
    Meaning.IMPACT: "impact, customer impact, user impact, business impact, "
    "impact assessment, impact and metric, effect, scope, blast radius, "
    "affected service, affected user, who was affected, what was affected, symptom, "
    "customer experience, severity and impact, scope and impact, "
    "what was the impact, consequence, damage, user facing impact, "
    "impact analysis, external impact, internal impact",
    Meaning.TIMELINE: "timeline, time line, chronology, sequence of event, "
    "incident timeline, event log, log of event, event timeline, event, history, "
    "detailed timeline, what happened when, timeline of event, course of event, "
    "chronology of event, key event, key date, timetable",
    Meaning.ROLES: "role, responder, people, participant, people involved, team, "
    "incident team, response team, who was involved, responder and role, "
    "incident role, involved, team involved, personnel, responsible",
    Meaning.MESSAGES: "message, messaging, communication, internal message, "
    "external message, internal email, external email, customer communication, "
    "internal communication, external communication, status update, status page, "
    "customer message, what we told customer, public statement, announcement",
    Meaning.ITEMS: "action item, item, action, task, to do, todo, next step, "
    "follow up, follow up action, follow up item, follow up task, corrective action, "
    "corrective and preventive action, corrective and preventative action, "
    "remediation, remediation item, remediation action, repair item, "
    "improvement action, agreed action, open action, action plan, capa, work item, "
    "follow up and action item, next action, corrective measure, "
    "corrective and preventative measure, corrective and preventive measure",
    Meaning.REFERENCES: "reference, link, supporting information, appendix, "
    "further reading, related, related incident, related link, related ticket, "
    "related document, resource, attachment, evidence, source, supporting material, "
    "supporting data, additional information, see also, supporting document, "
    "useful link, related issue, graph, screenshot, log, past incident",
    Meaning.MEETING: "meeting, review meeting, post mortem meeting, "
    "post incident meeting, retrospective meeting, debrief, agenda, meeting note, "
    "attendee, minute, review, meeting minute, debriefing, post mortem review",
    Meaning.ROOT_CAUSE: "root cause, cause, root cause analysis, rca, "
    "root cause identification, five why, 5 why, the five why, why it happened, "
    "why did it happen, why did this happen, what caused it, technical detail, "
    "technical analysis, analysis, cause analysis, fault, underlying cause, "
    "cause of the incident, what caused the incident, primary cause, reason, "
    "what went wrong and why, why, root cause and trigger, root cause and analysis, "
    "incident analysis, investigation, finding, why this happened, "
    "explanation, what was the root cause, proximate cause, causal analysis, "
    "post incident analysis, technical summary, problem analysis",
    Meaning.FACTORS: "factor, contributing factor, contributing cause, contributor, "
    "contributing condition, contributory factor, aggravating factor, recurrence, "
    "secondary cause, what contributed, mitigator and contributor, risk, "
    "enabling condition, contributing factor and cause, has it happened before",
    Meaning.TRIGGER: "trigger, lead up, leadup, triggering event, what triggered it, "
    "trigger event, what triggered the incident, triggering change, initiating event",
    Meaning.DETECTION: "detection, how we detected it, how was it detected, "
    "how did we detect it, how did we notice, how we noticed, discovery, "
    "how was the incident detected, how we found out, alerting, "
    "how was this detected, incident detection, detection method, "
    "how did we find out, detection and alerting, detection and response",
    Meaning.RESOLUTION: "resolution, recovery, mitigation, fix, response, "
    "resolution and recovery, mitigation and resolution, how it was fixed, "
    "how we fixed it, how did we fix it, how did we respond, how we responded, "
    "what we did, remedy, incident response, response and recovery, "
    "incident response analysis, how was it resolved, how it was resolved, "
    "how did we resolve it, actions taken, action taken, workaround, "
    "resolution step, recovery step, step to resolve, mitigation step, "
    "immediate action, "
    "what did we do, solution, immediate response, containment, "
    "how was the incident resolved, restoration",
    Meaning.VERIFICATION: "verification, validation, how we verified it, "
    "how we made sure, confirmation, how do we know it is fixed",
    Meaning.WENT_WELL: "what went well, went well, good, what worked, "
    "what worked well, thing that went well, positive, strength, the good, "
    "what did we do well, mitigator, success, what we did well, keep doing, glad",
    Meaning.WENT_WRONG: "what went wrong, went wrong, improve, what to improve, "
    "what could be improved, what could be better, what could have gone better, "
    "what went badly, what went poorly, what did not go well, what didn t go well, "
    "what didn t go so well, what did not go so well, what can be improved, "
    "what went less well, bad, negative, weakness, thing that went wrong, the bad, "
    "what didn t work, what did not work, improvement, area for improvement, "
    "area of improvement, opportunity, what can we improve, thing to improve, "
    "what could we do better, what could we have done better, sad, "
    "what didn t work well, what can be done better, room for improvement, "
    "improvement opportunity, opportunity for improvement, challenge, difficulty, "
    "what was difficult, what hampered us",
    Meaning.LUCKY: "lucky, luck, where we got lucky, where did we get lucky, "
    "where we were lucky, what we were lucky with, what were we lucky with, "
    "how we got lucky, got lucky, good luck, we got lucky",
    Meaning.LESSONS: "lesson, lesson learned, lesson learnt, learning, key learning, "
    "takeaway, key takeaway, what we learned, what we learnt, what did we learn, "
    "retrospective, reflection, how d we do, how did we do, conclusion, insight, "
    "what have we learned, learned, learnt, key lesson, closing, closing remark, "
    "closing thought, what we have learned, discussion",
    Meaning.PREVENTION: "prevention, preventive measure, preventative measure, "
    "preventing recurrence, prevention of recurrence, how we prevent it, "
    "how do we prevent this, how can we prevent it, how we will prevent it, "
    "preventive action, preventative action, recommendation, backlog check, "
    "how are we making incidents like this less likely or less impactful, "
    "how do we prevent it from happening again, future prevention, "
    "what we are doing about it, what are we doing about it, measure, "
    "how to prevent it, what we will do differently, improvement plan, "
    "what we are changing, what will we change",
    Meaning.SHORT_TERM: "short term, short term action, short term fix, immediate, "
    "immediate fix, within a week, short term measure, short term improvement, "
    "quick win, short term prevention",
    Meaning.LONG_TERM: "long term, long term action, long term fix, long term measure, "
    "within a month, long term improvement, medium term, systemic improvement, "
    "long term prevention, strategic improvement",
    Meaning.MONITORING: "monitoring, new monitoring, monitoring and alerting, "
    "monitoring improvement, alert to add, observability, monitoring gap, "
    "alerting improvement, new alert",
}
# Said inside a longer heading of few words; the first that is found counts.
INSIDE: tuple[tuple[str, Meaning], ...] = (
    ("contributing factor", Meaning.FACTORS),
    ("went well", Meaning.WENT_WELL),
    ("worked well", Meaning.WENT_WELL),
    ("not go well", Meaning.WENT_WRONG),
    ("didn t go", Meaning.WENT_WRONG),
    ("went wrong", Meaning.WENT_WRONG),
    ("could be improved", Meaning.WENT_WRONG),
    ("could have gone better", Meaning.WENT_WRONG),
    ("got lucky", Meaning.LUCKY),
    ("were lucky", Meaning.LUCKY),
    ("action item", Meaning.ITEMS),
    ("corrective action", Meaning.ITEMS),
    ("lessons learn", Meaning.LESSONS),
    ("lesson learn", Meaning.LESSONS),
    ("short term", Meaning.SHORT_TERM),
    ("long term", Meaning.LONG_TERM),
    ("timeline", Meaning.TIMELINE),
    ("root cause", Meaning.ROOT_CAUSE),
    ("five whys", Meaning.ROOT_CAUSE),
    ("executive summary", Meaning.SUMMARY),
    ("customer impact", Meaning.IMPACT),
    ("business impact", Meaning.IMPACT),
)
# What such a heading may begin with, whatever follows.
STARTS: tuple[tuple[str, Meaning], ...] = (
    ("impact on", Meaning.IMPACT),
    ("impact to", Meaning.IMPACT),
    ("effect on", Meaning.IMPACT),
    ("how did we notice", Meaning.DETECTION),
    ("how did we detect", Meaning.DETECTION),
    ("how we detected", Meaning.DETECTION),
    ("how we noticed", Meaning.DETECTION),
    ("how we responded", Meaning.RESOLUTION),
    ("how we fixed", Meaning.RESOLUTION),
    ("how we resolved", Meaning.RESOLUTION),
    ("how did we respond", Meaning.RESOLUTION),
    ("how are we making", Meaning.PREVENTION),
)
# What it may end with.
ENDS: tuple[tuple[str, Meaning], ...] = (
    (" impact", Meaning.IMPACT),
    (" summary", Meaning.SUMMARY),
    (" lesson", Meaning.LESSONS),
)
ENDS_OF_ONE = ("ss", "us", "is", "as")
MOST_WORDS, LONGEST = 7, 100
NUMBER = re.compile(
    r"(?:(?:section|part|step|phase)\s+)?(?:\d{1,3}(?:\.\d{1,3})*|[ivx]{1,5}|[a-h])"
    r"[.):]?\s+(?=\S)",
    re.IGNORECASE,
)
ROMAN = re.compile(r"[a-z]+\s", re.IGNORECASE)
ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|<[^<>]*>")
NO_WORD = re.compile(r"[\W_]+")
BEFORE = re.compile(
    r"(?:the|our|incident|outage|service|detailed|initial|final|preliminary|full|"
    r"brief|short|key|some|all|any|proposed|planned) "
)
AFTER = re.compile(
    r" (?:section|detail|summary|description|analysis|of the incident|"
    r"of this incident|list|statement|in utc|in local time|utc|so far|"
    r"within (?:a|one) (?:day|week|month|quarter)|within \d+ \w+)$"
)


@lru_cache(maxsize=4096)
def plain(heading: str) -> str:
    """Give the words of a heading: no numbers before, asides, marks or plurals."""
    text = unicodedata.normalize("NFKC", heading[:LONGEST]).casefold()
    text = ASIDE.sub(" ", text.replace("(s)", "").replace("&", " and "))
    text = text.strip(" \t*_~`#:.-–—>|")
    text = NO_WORD.sub(" ", _unnumbered(text)).strip()
    return " ".join(_singular(word) for word in text.split())


@lru_cache(maxsize=4096)
def meaning_of(key_or_title: str) -> Meaning | None:
    """Say what a section is about, by its key or its title, if that is known."""
    words = plain(key_or_title)
    if not words or len(words) > LONGEST:
        return None
    if found := exactly(words):
        return found
    for start, meaning in STARTS:
        if words.startswith(f"{start} "):
            return meaning
    if len(words.split()) <= MOST_WORDS:
        for part, meaning in PARTS:
            if part in f" {words} ":
                return meaning
        for end, meaning in ENDS:
            if words.endswith(end):
                return meaning
    return None


def exactly(words: str) -> Meaning | None:
    """Look up the plain words, then without what only surrounds them."""
    if found := KNOWN.get(words):
        return found
    shorter = BEFORE.sub("", words, count=1) if BEFORE.match(words) else words
    for tried in (shorter, AFTER.sub("", words), AFTER.sub("", shorter)):
        if found := KNOWN.get(tried):
            return found
    return None


def _unnumbered(text: str) -> str:
    """Take off "3.", "3.1" and "IV)", but no word that is made of such letters."""
    text = text.lstrip(" \t*_#")
    while text and not text[0].isalnum():
        text = text[1:]
    found = NUMBER.match(text)
    if not found or ROMAN.fullmatch(found[0]):
        return text
    # "5 whys" is about five of them, not the fifth heading.
    if text[found.end() :].startswith("why"):
        return text
    return text[found.end() :]


def _singular(word: str) -> str:
    if len(word) > 2 and word.endswith("s") and not word.endswith(ENDS_OF_ONE):
        return word[:-1]
    return word


KNOWN: dict[str, Meaning] = {
    plain(word): meaning
    for meaning, words in SYNONYMS.items()
    for word in [str(meaning.value), *words.split(", ")]
}
PARTS = tuple((f" {plain(part)} ", meaning) for part, meaning in INSIDE)
