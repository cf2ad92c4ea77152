"""Every address the product answers, read from its URL configuration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.resolvers import RoutePattern

# Django's own view that answers whatever no other address answers.
CATCH_ALL = "(?P<url>.*)$"


@dataclass(frozen=True)
class Address:
    """A named address and the names of what has to be filled in."""

    name: str
    parameters: tuple[str, ...]

    def fill(self, **values: object) -> str:
        """Give the path with every parameter filled from `values`."""
        return reverse(self.name, kwargs={p: values[p] for p in self.parameters})


def addresses() -> Iterator[Address]:
    """List the named addresses of the whole product, the admin's included."""
    yield from _within(get_resolver().url_patterns, "", ())


def _within(patterns, namespace: str, outer: tuple[str, ...]) -> Iterator[Address]:
    for each in patterns:
        parameters = outer + _parameters(each.pattern)
        if isinstance(each, URLResolver):
            inner = f"{namespace}{each.namespace}:" if each.namespace else namespace
            yield from _within(each.url_patterns, inner, parameters)
        elif isinstance(each, URLPattern) and each.name:
            yield Address(f"{namespace}{each.name}", parameters)


def _parameters(pattern) -> tuple[str, ...]:
    if isinstance(pattern, RoutePattern):
        return tuple(pattern.converters)
    return tuple(pattern.regex.groupindex)
