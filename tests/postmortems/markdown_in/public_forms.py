"""Five forms that are common in public, in words of our own."""

from __future__ import annotations

from postmortems.meanings import Meaning as M


def labelled(page, facts):
    """Labels with their text beside them, then tables."""
    page.has_start = False
    sample = facts.sample
    page.title(f"{sample.title} – Postmortem")
    page.lines(
        [
            ("Date", facts.day),
            ("Authors", "Leo Lead, Rosa Responder"),
            ("Status", "Complete, action items in progress"),
        ],
        "**{}**: {}",
    )
    for label, text in (
        ("Summary", sample.summary),
        ("Impact", "1,200 users saw errors."),
        ("Root Causes", sample.root_cause),
        ("Trigger", "A deployment."),
        ("Resolution", sample.resolution),
    ):
        page.parts.append(f"**{label}**: {text}")
    page.items(facts.tasks, "Action Items")
    page.heading("Lessons Learned")
    page.points("What went well", sample.went_well or ("Quick detection",), 3)
    page.points("What went wrong", sample.went_wrong or ("Slow detection",), 3)
    page.points("Where we got lucky", sample.lucky or ("It was night",), 3)
    page.timeline(facts.moments, "Timeline (all times UTC)")
    page.points("Supporting information", ["https://status.example.com/"])
    return {
        M.SUMMARY,
        M.IMPACT,
        M.ROOT_CAUSE,
        M.TRIGGER,
        M.RESOLUTION,
        M.WENT_WELL,
        M.WENT_WRONG,
        M.LUCKY,
        M.REFERENCES,
    }


def staged(page, facts):
    """A heading for each stage, the fields in a table."""
    sample = facts.sample
    page.title(sample.title)
    page.table(
        ["Field", "Value"],
        [
            ["Incident ID", facts.reference],
            ["Severity", "1"],
            ["Start", f"{sample.started_at:%Y-%m-%d %H:%M}"],
            ["End", f"{sample.resolved_at:%Y-%m-%d %H:%M}"],
            ["Services", ", ".join(sample.services)],
        ],
    )
    for heading, text in (
        ("Incident summary", sample.summary),
        ("Leadup", "A change went out."),
        ("Fault", sample.root_cause),
        ("Impact", "1,200 users saw errors."),
        ("Detection", "An alert went off."),
        ("Recovery", sample.resolution),
    ):
        page.heading(heading)
        page.text(text)
    page.timeline(facts.moments, "Timeline")
    page.points(
        "Root cause identification: the five whys",
        sample.contributing_factors or ("Because.",),
    )
    page.section("Lessons learned", sample.lessons or "None yet.")
    page.items(facts.tasks, "Corrective actions")
    return {
        M.SUMMARY,
        M.TRIGGER,
        M.ROOT_CAUSE,
        M.IMPACT,
        M.DETECTION,
        M.RESOLUTION,
        M.LESSONS,
    }


def asked(page, facts):
    """Questions for headings, below front matter."""
    page.has_start = False
    sample = facts.sample
    page.parts.append(
        f'---\ntitle: "{sample.title}"\ndate: {facts.day}\nseverity: P1\n'
        "authors:\n  - Leo Lead\n  - Rosa Responder\ntimezone: UTC\n---"
    )
    for heading, text in (
        ("What happened?", sample.summary),
        ("What went wrong and why?", sample.root_cause),
        ("How did we respond?", sample.resolution),
    ):
        page.heading(heading)
        page.text(text)
    page.timeline(facts.moments, "Timeline of events")
    page.points(
        "How are we making incidents like this less likely?",
        sample.contributing_factors or ("Slower rollouts.",),
    )
    page.items(facts.tasks, "Next steps")
    return {M.SUMMARY, M.ROOT_CAUSE, M.RESOLUTION, M.PREVENTION}


def reviewed(page, facts):
    """An overview, who took part, how it went, and what was told to whom."""
    page.has_start = False
    sample = facts.sample
    page.title(f"Postmortem: {sample.title}")
    page.bullets(
        [
            f"**Date:** {facts.day}",
            "**Owner:** Leo Lead",
            f"**Incident:** {facts.reference}",
        ]
    )
    page.section("Overview", sample.summary)
    page.section("What Happened", sample.root_cause)
    page.points("Contributing Factors", sample.contributing_factors or ("Haste",))
    page.section("Resolution", sample.resolution)
    page.points("Responders", ["Leo Lead", "Rosa Responder"])
    page.timeline(facts.moments)
    page.heading("How'd We Do?")
    page.points("What Went Well?", sample.went_well or ("Quick detection",), 3)
    page.points("What Didn't Go So Well?", sample.went_wrong or ("Slow detection",), 3)
    page.items(facts.tasks)
    page.heading("Messaging")
    page.section("External Message", "We are sorry for the trouble this caused.")
    return {
        M.SUMMARY,
        M.FACTORS,
        M.RESOLUTION,
        M.ROLES,
        M.WENT_WELL,
        M.WENT_WRONG,
        M.MESSAGES,
    }


def tracked(page, facts):
    """An issue of a tracker: fields in a list, the timeline by days."""
    page.has_start = False
    sample = facts.sample
    page.title(f"{facts.day}: {sample.title}")
    page.heading("Incident details")
    page.bullets(
        [
            f"Service(s) affected: {', '.join(sample.services)}",
            "Team attribution: Platform",
            f"Date: {facts.day}",
            f"Minutes downtime: {facts.minutes}",
        ]
    )
    page.section("TL;DR", sample.summary)
    page.section("Customer impact", "1,200 users saw errors.")
    page.timeline(facts.moments, "Timeline")
    page.section("Root cause analysis", sample.root_cause)
    page.points("What can be improved", sample.went_wrong or ("Slow detection",))
    page.items(facts.tasks, "Follow-up items")
    return {M.SUMMARY, M.IMPACT, M.ROOT_CAUSE, M.WENT_WRONG}
