"""The forms of write-ups: those of the five playbooks, and five that are common."""

from __future__ import annotations

from postmortems.meanings import Meaning as M

ENDING = "Thanks to everybody who helped."


def oncall(page, facts):
    page.has_day = page.has_start = False
    sample = facts.sample
    page.title(f"Incident Post-Mortem: {sample.title}")
    page.section("Summary", sample.summary)
    page.timeline(facts.moments)
    page.section("Root Cause", sample.root_cause)
    page.points(
        "Impact", [f"Duration: {facts.minutes} minutes", "Users affected: 1,200"]
    )
    page.points("What Went Well", sample.went_well or ("Quick detection",))
    page.points("What Could Be Improved", sample.went_wrong or ("Monitoring gaps",))
    page.items(facts.tasks)
    return {M.SUMMARY, M.ROOT_CAUSE, M.IMPACT, M.WENT_WELL, M.WENT_WRONG}


def phases(page, facts):
    page.has_start = page.has_day = False
    sample = facts.sample
    page.title(sample.title)
    page.lines(
        [
            ("Incident ID", facts.reference),
            ("Severity", "P1"),
            ("Duration", f"{facts.minutes} minutes"),
            ("Impact", "1,200 users affected"),
        ],
        "**{}**: {}",
    )
    page.timeline(facts.moments, "Timeline")
    page.section("Root Cause", sample.root_cause)
    page.points("What Went Well", sample.went_well or ("Clear communication",))
    page.points("What Went Wrong", sample.went_wrong or ("Unclear ownership",))
    page.items(facts.tasks)
    page.section("Lessons Learned", sample.lessons or ENDING)
    return {M.IMPACT, M.ROOT_CAUSE, M.WENT_WELL, M.WENT_WRONG, M.LESSONS}


def matrix(page, facts):
    page.has_start = False
    sample = facts.sample
    page.title(f"Post-Mortem: {sample.title}")
    page.lines(
        [
            ("Date", facts.day),
            ("Duration", f"{facts.minutes} minutes"),
            ("Severity", "P1"),
            ("Author", "Leo Lead"),
        ]
    )
    page.section("Summary", sample.summary)
    page.points(
        "Impact", ["Users affected: 1200", f"Features affected: {sample.services[0]}"]
    )
    page.timeline(facts.moments, "Timeline (all times UTC)")
    page.section("Root Cause", sample.root_cause)
    page.points("What Went Well", sample.went_well or ("Quick detection",))
    page.points("What Went Wrong", sample.went_wrong or ("Slow detection",))
    page.items(facts.tasks, "Action Items")
    page.section("Lessons Learned", sample.lessons or ENDING)
    return {M.SUMMARY, M.IMPACT, M.ROOT_CAUSE, M.WENT_WELL, M.WENT_WRONG, M.LESSONS}


def cadence(page, facts):
    sample = facts.sample
    page.title(f"Incident Report: {sample.title}")
    page.lines(
        [
            ("Incident ID", facts.reference),
            ("Severity", "P1"),
            ("Status", "Resolved"),
            ("Incident Lead", "Leo Lead"),
            ("Start Time", f"{sample.started_at:%Y-%m-%d %H:%M} UTC"),
            ("End Time", f"{sample.resolved_at:%Y-%m-%d %H:%M} UTC"),
            ("Duration", f"{facts.minutes} min"),
        ],
        "**{}**: {}",
    )
    page.section("Summary", sample.summary)
    page.heading("Impact")
    page.bullets(
        [
            f"**Services Affected**: {', '.join(sample.services)}",
            "**Users Affected**: 1,200",
        ]
    )
    page.timeline(facts.moments, "Timeline")
    page.section("Root Cause", sample.root_cause)
    page.section("Resolution", sample.resolution)
    page.items(facts.tasks, "Action Items")
    page.heading("Lessons Learned")
    page.points("What Went Well", sample.went_well or ("Quick detection",), 3)
    page.points("What Could Be Improved", sample.went_wrong or ("Slow detection",), 3)
    page.points("References", [f"Channel: #incident-{facts.day}"])
    return {
        M.SUMMARY,
        M.IMPACT,
        M.ROOT_CAUSE,
        M.RESOLUTION,
        M.WENT_WELL,
        M.WENT_WRONG,
        M.REFERENCES,
    }


def command(page, facts):
    page.has_start = False
    sample = facts.sample
    page.title(f"Incident Review: {sample.title}")
    page.lines(
        [
            ("Incident ID", facts.reference),
            ("Date", facts.day),
            ("Duration", f"{facts.minutes} minutes"),
            ("Severity", "SEV-1"),
            ("Incident Commander", "Leo Lead"),
        ]
    )
    page.points(
        "Impact", ["**Users Affected:** 1200", f"**Downtime:** {facts.minutes} minutes"]
    )
    page.timeline(facts.moments)
    page.section("Root Cause", sample.root_cause)
    page.points("Contributing Factors", sample.contributing_factors or ("Haste",), 3)
    page.section("Resolution", sample.resolution)
    page.points("What Went Well", sample.went_well or ("Quick detection",))
    page.points("What Could Be Improved", sample.went_wrong or ("Slow detection",))
    page.items(facts.tasks)
    page.heading("Prevention")
    page.points("Short-term (< 1 week)", ["Watch the queue"], 3)
    page.points("Long-term (< 1 month)", ["Split the queue"], 3)
    page.section("Lessons Learned", sample.lessons or ENDING)
    return {
        M.IMPACT,
        M.ROOT_CAUSE,
        M.FACTORS,
        M.RESOLUTION,
        M.WENT_WELL,
        M.WENT_WRONG,
        M.SHORT_TERM,
        M.LONG_TERM,
        M.LESSONS,
    }
