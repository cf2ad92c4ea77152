"""Sets playbooks side by side in one table of Markdown, a column for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from incidents.clocks import AUDIENCES
from incidents.playbooks.presets import PRESETS, preset
from incidents.playbooks.schema import (
    Phase,
    PlaybookDocument,
    Rung,
    SeverityLevel,
    UpdateClock,
)
from incidents.targets import How, Target

PAGE = Path(__file__).resolve().parents[2] / "docs" / "presets.md"
BEGIN, END = "<!-- the table begins -->", "<!-- the table ends -->"
NOTHING = "–"
FROM = {
    "declared": "",
    "acknowledged": " from the acknowledgement",
    "mitigated": " from the mitigation",
    "resolved": " from the resolution",
}
Lines = Iterable[str]


def write(page: Path = PAGE) -> None:
    """Put the table of the presets, as they are now, into the page."""
    page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")


def renewed(text: str) -> str:
    """Give the text of the page with its table made anew."""
    before, _begin, rest = text.partition(BEGIN)
    _table, _end, after = rest.partition(END)
    documents = {code: preset(code) for code in PRESETS}
    return f"{before}{BEGIN}\n{table(documents)}\n{END}{after}"


def table(documents: Mapping[str, PlaybookDocument]) -> str:
    """Give a row for each question and a column for each playbook."""
    lines = [_row("", [f"`{code}`" for code in documents])]
    lines.append(_row("---", ["---"] * len(documents)))
    for question, answer in QUESTIONS.items():
        cells = ["<br>".join(answer(each)) or NOTHING for each in documents.values()]
        lines.append(_row(f"**{question}**", cells))
    return "\n".join(lines)


def _row(head: str, cells: Iterable[str]) -> str:
    return "| " + " | ".join([head, *(c.replace("|", "\\|") for c in cells)]) + " |"


def _by_level(
    document: PlaybookDocument, answer: Callable[[SeverityLevel], str]
) -> Iterator[str]:
    """Give each answer once, with the levels it is for."""
    levels = document.severities
    return _merged(document, ((answer(level), [level.code]) for level in levels))


def _merged(
    document: PlaybookDocument, answers: Iterable[tuple[str, Iterable[str]]]
) -> Iterator[str]:
    """Put the levels before each answer; where all have it, they need no name."""
    found: dict[str, set[str]] = {}
    for said, codes in answers:
        found.setdefault(said, set()).update(codes)
    every = [level.code for level in document.severities]
    for said, wanted in found.items():
        if said:
            codes = [code for code in every if code in wanted]
            yield said if codes == every else f"{', '.join(codes)}: {said}"


def _levels(document: PlaybookDocument) -> Lines:
    for level in document.severities:
        ticket = ", ticket only" if level.tracking == "ticket" else ""
        yield f"{level}{ticket}"


def _target(name: str) -> Callable[[PlaybookDocument], Lines]:
    def answer(document: PlaybookDocument) -> Lines:
        return _by_level(document, lambda level: str(getattr(level, name) or ""))

    return answer


def _updates(document: PlaybookDocument) -> Lines:
    flags = document.flag_names

    def said(clock: UpdateClock) -> str:
        every = str(clock.every)
        if clock.every.how == How.ELAPSED:
            every = f"every {every}" if clock.repeats else f"once, after {every}"
        first = f" (first after {clock.first})" if clock.first else ""
        nudge = f" (reminder at {clock.nudge})" if clock.nudge else ""
        flag = flags.get(clock.condition or "", "")
        only = f", once “{flag}” is set" if flag else ""
        if clock.every.how == How.STATED:
            every = "when the last update said"
        return f"{AUDIENCES[clock.audience]} {every}{first}{nudge}{only}"

    return _by_level(document, lambda level: "; ".join(map(said, level.updates)))


def _ladder(document: PlaybookDocument) -> Lines:
    yield from _merged(
        document, ((_rung(document, rung), rung.severities) for rung in document.ladder)
    )
    if document.escalation and document.escalation.anybody:
        yield f"{document.leading_role.name} may pull in anyone"


def _rung(document: PlaybookDocument, rung: Rung) -> str:
    names = " and ".join(_role(document, code) for code in rung.tells)
    return f"{names} {_when(document, rung)}"


def _when(document: PlaybookDocument, rung: Rung) -> str:
    delay = _after(rung.after, rung.start)
    if not rung.condition:
        return delay
    flag = f"on “{document.flag_names.get(rung.condition, rung.condition)}”"
    return f"{flag}, {delay}" if rung.after else flag


def _after(target: Target | None, start: str) -> str:
    if target is None:
        return "at once"
    return f"after {target}{FROM[start]}"


def _until(document: PlaybookDocument) -> Lines:
    for wording, rungs in (
        ("timed", [rung for rung in document.ladder if not rung.condition]),
        ("by flag", [rung for rung in document.ladder if rung.condition]),
    ):
        ends = list(dict.fromkeys(rung.until for rung in rungs))
        if ends:
            yield f"{wording}: until {' or '.join(ends)}"


def _phases(document: PlaybookDocument) -> Lines:
    for phase in document.phases:
        yield f"{phase.name}{_window(phase)}"


def _window(phase: Phase) -> str:
    if phase.window != "fixed" or not phase.ends:
        return {"by_severity": " by severity", "ongoing": " ongoing"}.get(
            phase.window, ""
        )
    begins = phase.begins if phase.begins and phase.begins.span else 0
    return f" {begins} – {phase.ends}{FROM[phase.start]}"


def _statuses(document: PlaybookDocument) -> Lines:
    labels = [status.label for status in document.statuses]
    yield " → ".join([*labels, *filter(None, [document.record.closed])])


def _reference(document: PlaybookDocument) -> Lines:
    yield f"`{document.record.reference}`"


def _channel(document: PlaybookDocument) -> Lines:
    for channel in document.record.channels:
        name = f"`{channel.pattern}`" if channel.pattern else f"a {channel.kind}"
        only = ", ".join(channel.severities)
        yield f"{only}: {name}" if only else name


def _roles(document: PlaybookDocument) -> Lines:
    for role in document.incident_roles:
        yield f"{role.name} (leads)" if role.leads else role.name


def _role(document: PlaybookDocument, code: str) -> str:
    return document.role_names.get(code, code)


def _needs(document: PlaybookDocument) -> Lines:
    rule = document.postmortem.required
    if rule.every_declared:
        yield "every declared incident"
    if rule.severities:
        yield f"every {' and '.join(rule.severities)}"
    if rule.impact:
        codes = ", ".join(rule.impact.severities)
        yield f"{codes} with more than {rule.impact.over} of impact"
    if rule.tags:
        yield f"any that touches {', '.join(rule.tags)}"


def _postmortem(document: PlaybookDocument) -> Lines:
    rule = document.postmortem
    review = "review scheduled" if rule.review_means == "scheduled" else "review"
    for name, target in (
        ("report", rule.report),
        ("draft", rule.draft),
        (review, rule.review),
    ):
        if target:
            yield f"{name} within {target}{FROM['resolved']}"
    if rule.author:
        yield f"written by: {_role(document, rule.author)}"


def _sections(document: PlaybookDocument) -> Lines:
    yield str(len(document.postmortem.sections))


def _items(document: PlaybookDocument) -> Lines:
    for rule in document.action_items.priorities:
        yield f"P{rule.priority}: {rule.due}"
    if document.action_items.review:
        yield f"reviewed {document.action_items.review}"


def _follow_ups(document: PlaybookDocument) -> Lines:
    for each in document.follow_ups:
        yield f"{each.due}{FROM[each.start]}"


def _count(document: PlaybookDocument) -> Lines:
    for name, parts in (
        ("checklists", document.checklists),
        ("messages", document.messages),
        ("runbooks", document.runbooks),
        ("strategies", document.strategies),
        ("decision trees", document.trees),
    ):
        if parts:
            yield f"{len(parts)} {name}" if len(parts) > 1 else f"1 {name[:-1]}"


QUESTIONS: dict[str, Callable[[PlaybookDocument], Lines]] = {
    "Levels": _levels,
    "Acknowledge within": _target("acknowledge"),
    "Respond within": _target("respond"),
    "Resolve within": _target("resolve"),
    "Updates": _updates,
    "Ladder": _ladder,
    "The ladder runs": _until,
    "Phases": _phases,
    "Statuses": _statuses,
    "Roles": _roles,
    "Reference": _reference,
    "Channel": _channel,
    "Post-mortem for": _needs,
    "Post-mortem due": _postmortem,
    "Its sections": _sections,
    "Action items due": _items,
    "Follow-ups": _follow_ups,
    "Brings along": _count,
}
