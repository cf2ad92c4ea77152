"""Writes a write-up as a team with habits of its own would."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from .facts import Task

CET = timezone(timedelta(hours=1))
# How a moment is written; each with what it needs: a day above it, or a start.
DAY, START = "day", "start"
TIMES = {
    "14:02": ("{at:%H:%M}", DAY),
    "14:02 UTC": ("{at:%H:%M} UTC", DAY),
    "2:02 PM": ("{half} {at:%p}", DAY),
    "[14:02]": ("[{at:%H:%M}]", DAY),
    "~14:02": ("~{at:%H:%M}", DAY),
    "14.02": ("{at:%H.%M}", DAY),
    "14h02": ("{at:%H}h{at:%M}", DAY),
    "14:02:00": ("{at:%H:%M:%S}", DAY),
    "**14:02**": ("**{at:%H:%M}**", DAY),
    "14:02–14:10": ("{at:%H:%M}–{later:%H:%M}", DAY),
    "iso": ("{at:%Y-%m-%d %H:%M}", ""),
    "iso Z": ("{at:%Y-%m-%dT%H:%M:%SZ}", ""),
    "21 Nov 2026 14:02 CET": ("{cet:%d %b %Y %H:%M} CET", ""),
    "Nov 21, 2026 2:02 PM UTC": ("{at:%b} {at.day}, {at.year} {half} {at:%p} UTC", ""),
    "Nov 21, 14:02": ("{at:%b} {at.day}, {at:%H:%M}", "year"),
    "T+15": ("T{minutes:+d}", START),
    "T+15 min": ("T{minutes:+d} min", START),
}
MARKS = ("#", "underlined", "bold", "numbered", "emoji", "colon", "deep")
EMOJI = "🔥📋🚨🧭💡🛠️"


@dataclass(frozen=True)
class Habits:
    """How a team writes: one choice in each respect."""

    marks: str = "#"
    bullet: str = "-"
    time: str = "14:02"
    timeline: str = "list"
    items: str = "boxes"
    end: str = "\n"
    bom: bool = False
    html: bool = False
    fence: bool = False


@dataclass
class Page:
    habits: Habits
    started_at: datetime
    # The form says these at its head, so that times can rest on them.
    has_day: bool = True
    has_start: bool = True
    parts: list[str] = field(default_factory=list)
    count: int = 0

    def title(self, text):
        self.parts.append(f"# {text}")

    def heading(self, text, level=2):
        marks = self.habits.marks
        self.count += level == 2
        if marks == "underlined" and level == 2:
            self.parts.append(f"{text}\n{'-' * len(text)}")
        elif marks == "bold":
            self.parts.append(f"**{text}**")
        else:
            number = f"{self.count}. " if marks == "numbered" and level == 2 else ""
            emoji = f"{EMOJI[self.count % 5]} " if marks == "emoji" else ""
            colon = ":" if marks == "colon" else ""
            deep = "#" if marks == "deep" else ""
            self.parts.append(f"{'#' * level}{deep} {number}{emoji}{text}{colon}")

    def text(self, text):
        if self.habits.html:
            text = f"<p>{text.replace('. ', '.<br>', 1)}</p>\n<!-- Why, and how? -->"
        if self.habits.fence:
            text += "\n\n```bash\n# look at the log\ntail -n 50 log | grep 502\n```"
        self.parts.append(text)

    def bullets(self, texts):
        mark = self.habits.bullet
        lines = [
            f"{f'{at}.' if mark == '1.' else mark} {text}"
            for at, text in enumerate(texts, start=1)
        ]
        self.parts.append("\n".join(lines))

    def section(self, heading, text):
        self.heading(heading)
        self.text(text)

    def points(self, heading, texts, level=2):
        self.heading(heading, level)
        self.bullets(texts)

    def lines(self, pairs, form="**{}:** {}"):
        self.parts.append("  \n".join(form.format(*pair) for pair in pairs))

    def table(self, head, rows):
        rows = [head, ["---"] * len(head), *rows]
        self.parts.append("\n".join(f"| {' | '.join(row)} |" for row in rows))

    def time(self, at):
        pattern, _needs = TIMES[self.habits.time]
        minutes = int((at - self.started_at).total_seconds() // 60)
        return pattern.format(
            at=at,
            later=at + timedelta(minutes=1),
            cet=at.astimezone(CET),
            half=at.strftime("%I:%M").lstrip("0"),
            minutes=minutes,
        )

    def timeline(self, moments, heading="Timeline (UTC)"):
        """Write the entries, with the day above them where their times need it."""
        if TIMES[self.habits.time][1] == START and not self.has_start:
            return self._as("iso").timeline(moments, heading)
        if TIMES[self.habits.time][1] == "year" and not self.has_day:
            return self._as("iso").timeline(moments, heading)
        self.heading(heading)
        days = {}
        for at, text in moments:
            days.setdefault(at.date(), []).append((self.time(at), text))
        needs_day = TIMES[self.habits.time][1] == DAY
        alone = len(days) == 1 and self.has_day and self.started_at.date() in days
        if not needs_day:
            days = {None: [entry for entries in days.values() for entry in entries]}
        for day, entries in days.items():
            if day and not alone:
                self._day(day)
            self._entries(entries)
        return None

    def _as(self, time):
        self.habits = Habits(**{**self.habits.__dict__, "time": time})
        return self

    def _day(self, day):
        if self.habits.marks == "bold" or self.habits.timeline == "lines":
            self.parts.append(f"**{day:%A, %d %B %Y}**")
        else:
            self.heading(f"{day:%Y-%m-%d}", 3)

    def _entries(self, entries):
        if self.habits.timeline == "table":
            rows = [[time, text.replace("|", "\\|")] for time, text in entries]
            self.table(["Time", "Event"], rows)
        elif self.habits.timeline == "lines":
            self.parts.append("\n".join(f"{time} – {text}" for time, text in entries))
        else:
            self.bullets(f"{time} - {text}" for time, text in entries)

    def items(self, tasks: tuple[Task, ...], heading="Action items"):
        self.heading(heading)
        if self.habits.items == "table":
            head = ["Action", "Owner", "Due date", "Priority", "Ticket", "Status"]
            self.table(
                head,
                [
                    [
                        task.title,
                        task.owner,
                        f"{task.due}",
                        task.priority.label,
                        f"[{task.ticket}](https://tracker.example.com/browse/{task.ticket})",
                        task.state.title(),
                    ]
                    for task in tasks
                ],
            )
            return
        forms = {
            "boxes": "{box} {task.title} ({task.owner}, {task.due}, {task.ticket})",
            "labels": "{box} {task.title} - Owner: {task.owner} - Due: {task.due} "
            "- Ticket: {task.ticket}",
            "dashes": "{task.title} — {task.owner} — {task.due:%d %b %Y} "
            "— {task.ticket}",
        }
        form = forms[self.habits.items]
        mark = "-" if self.habits.bullet == "1." else self.habits.bullet
        self.parts.append(
            "\n".join(
                f"{mark} " + form.format(task=task, box="[x]" if task.done else "[ ]")
                for task in tasks
            )
        )

    def written(self):
        text = "\n\n".join(self.parts) + "\n"
        return "\ufeff" * self.habits.bom + text.replace("\n", self.habits.end)
