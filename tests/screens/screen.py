"""One screen: where it is, who looks at it, and what is done before the shot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page

from tests.browser.windows import WINDOWS

# What an address is filled with is found in the world, once there is one.
Finder = Callable[[Any], object]


def nothing(page: Page) -> None:
    """Photograph the page as it opens."""


@dataclass(frozen=True)
class Screen:
    name: str
    address_name: str
    find: tuple[Finder | str, ...] = ()
    query: str = ""
    # Their first name; empty is nobody.
    who: str = "Leo"
    widths: tuple[int, ...] = tuple(WINDOWS)
    act: Callable[[Page], None] = nothing

    def address(self, world: Any) -> str:
        values = [find if isinstance(find, str) else find(world) for find in self.find]
        return reverse(self.address_name, args=values) + self.query

    def visitor(self, world: Any) -> User | None:
        return world.person(self.who) if self.who else None
