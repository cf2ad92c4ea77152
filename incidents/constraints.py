"""Shapes of database constraints that several tables use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import CheckConstraint, Choices, F, Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


def within(field: str, least: int, most: int) -> Q:
    """Hold a number between two bounds, both included; NULL passes."""
    return Q(**{f"{field}__gte": least, f"{field}__lte": most})


def one_of(
    model: str, field: str, choices: type[Choices], *, blank: bool = False
) -> CheckConstraint:
    """Hold a column to the closed set of its choices."""
    values: list[Any] = [*choices.values, *([""] if blank else [])]
    return CheckConstraint(
        name=f"{model}_{field}_known",
        condition=Q(**{f"{field}__in": values}),
        violation_error_message=_("Choose one of the offered values for this field."),
    )


def in_order(
    model: str, earlier: str, later: str, message: _StrPromise
) -> CheckConstraint:
    """Hold `<earlier>_at` and `<later>_at` in order, where both are known."""
    return CheckConstraint(
        name=f"{model}_{earlier}_before_{later}",
        condition=Q(**{f"{earlier}_at__lte": F(f"{later}_at")}),
        violation_error_message=message,
    )
