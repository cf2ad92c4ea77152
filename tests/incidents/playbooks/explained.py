"""Reads a preset back from the command that explains it, as anybody would run it."""

from __future__ import annotations

import json
from datetime import datetime
from io import StringIO
from typing import Any

from django.core.management import call_command

# A Friday, half an hour before the built-in calendar closes.
FRIDAY = "2026-03-06T16:30:00Z"
TARGETS = ("acknowledge", "respond", "resolve")
AFTERWARDS = ("follow_up", "report", "draft", "review")


class Explained:
    """What the command prints for a preset, at one severity."""

    def __init__(self, name: str, severity: str, at: str = FRIDAY) -> None:
        arguments = [name, "--severity", severity, "--at", at, "--json"]
        printed = StringIO()
        call_command("explain_playbook", *arguments, stdout=printed)
        whole = json.loads(printed.getvalue())
        self.playbook: dict[str, Any] = whole["playbook"]
        self.computed: dict[str, Any] = whole["computed"]
        self.level = next(
            each for each in self.playbook["severities"] if each["code"] == severity
        )

    def rows(self, *kinds: str) -> list[dict[str, Any]]:
        return [row for row in self.computed["deadlines"] if row["kind"] in kinds]

    @property
    def answer(self) -> tuple[str, str, str, str]:
        """Give the name of the level, and its only target with rule and time."""
        (target,) = self.rows(*TARGETS)
        name = self.computed["severity_name"]
        return name, target["kind"], target["rule"], target["due_at"]

    def rules(self, *kinds: str) -> dict[str, str]:
        return {row["key"]: row["rule"] for row in self.rows(*kinds)}

    def minutes(self, *kinds: str) -> dict[str, int | None]:
        """Give how many minutes after the declaration each row is due."""
        return {row["key"]: self.after(row["due_at"]) for row in self.rows(*kinds)}

    def after(self, due_at: str | None) -> int | None:
        if due_at is None:
            return None
        declared = datetime.fromisoformat(self.computed["declared_at"])
        return int((datetime.fromisoformat(due_at) - declared).total_seconds()) // 60

    @property
    def ladder(self) -> list[tuple[Any, ...]]:
        """Give each rung as its code, minutes, condition, whom it tells and by what."""
        return [
            (
                rung["key"].removeprefix("rung:"),
                self.after(rung["due_at"]),
                rung["condition"],
                ", ".join(rung["tells"]),
                rung["medium"],
            )
            for rung in self.computed["ladder"]
        ]

    @property
    def waiting(self) -> dict[str, tuple[str, str]]:
        """Give rule and start of what follows the work and has no date yet."""
        return {
            row["key"]: (row["rule"], row["from"])
            for row in self.rows(*AFTERWARDS)
            if row["due_at"] is None
        }

    @property
    def windows(self) -> list[tuple[Any, ...]]:
        """Give each phase with the minutes it begins and ends at."""
        return [
            (each["name"], self.after(each["starts_at"]), self.after(each["ends_at"]))
            for each in self.computed["phases"]
        ]

    @property
    def statuses(self) -> list[str]:
        return [each["label"] for each in self.playbook["statuses"]]
