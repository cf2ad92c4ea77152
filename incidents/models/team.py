"""Who works, when, and on what: calendars, teams, people's settings, services."""

from __future__ import annotations

import zoneinfo
from functools import lru_cache

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from incidents.constraints import within


def monday_to_friday() -> list[int]:
    return [0, 1, 2, 3, 4]


@lru_cache(maxsize=1)
def known_zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def validate_zone(name: str) -> None:
    """Refuse a name the time zone database does not have."""
    if name not in known_zones():
        raise ValidationError(
            gettext("“%(name)s” is not a time zone: write one like Europe/Berlin."),
            code="zone",
            params={"name": name},
        )


def validate_weekdays(days: object) -> None:
    """Refuse anything but a list of different days from 0 (Monday) to 6."""
    fine = isinstance(days, list) and all(type(day) is int for day in days)
    if not fine or len(set(days)) != len(days) or not set(days) <= set(range(7)):  # type: ignore[call-overload, arg-type]
        raise ValidationError(
            gettext("Working days are numbers from 0 (Monday) to 6 (Sunday)."),
            code="weekdays",
        )


class Calendar(models.Model):
    """When a team works: its zone, its hours and its days."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_zone]
    )
    opens_at = models.TimeField(_("working hours begin"), default="09:00")
    closes_at = models.TimeField(_("working hours end"), default="17:00")
    weekdays = models.JSONField(
        _("working days"), default=monday_to_friday, validators=[validate_weekdays]
    )

    class Meta:
        verbose_name = _("calendar")
        verbose_name_plural = _("calendars")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="calendar_opens_before_it_closes",
                condition=Q(opens_at__lt=models.F("closes_at")),
                violation_error_message=_("Working hours must end after they begin."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """The people who own services and answer for incidents."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("lead"),
        on_delete=models.PROTECT,
        related_name="teams_led",
        null=True,
        blank=True,
    )
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("manager"),
        on_delete=models.PROTECT,
        related_name="teams_managed",
        null=True,
        blank=True,
    )
    calendar = models.ForeignKey(
        Calendar,
        verbose_name=_("calendar"),
        on_delete=models.PROTECT,
        related_name="teams",
        null=True,
        blank=True,
        help_text=_("Without one: UTC, Monday to Friday, 09:00 to 17:00."),
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.calendar.zone if self.calendar else "UTC")


class Profile(models.Model):
    """What Debrief knows of a person beyond the log-in: team, zone, digest hour."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="profile"
    )
    team = models.ForeignKey(
        Team,
        verbose_name=_("team"),
        on_delete=models.PROTECT,
        related_name="members",
        null=True,
        blank=True,
    )
    zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_zone]
    )
    digest_hour = models.PositiveSmallIntegerField(
        _("digest hour"),
        default=9,
        validators=[MinValueValidator(0), MaxValueValidator(23)],
        help_text=_("The hour of the day, in the person's zone, for reminders."),
    )

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")
        constraints = [
            models.CheckConstraint(
                name="profile_digest_hour_exists",
                condition=within("digest_hour", 0, 23),
                violation_error_message=_("The digest hour lies between 0 and 23."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)

    @property
    def tz(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.zone)


class Service(models.Model):
    """Something people use that can fail, and the team that runs it."""

    class Tier(models.IntegerChoices):
        ONE = 1, _("1: customers stop without it")
        TWO = 2, _("2: customers notice")
        THREE = 3, _("3: internal")

    name = models.CharField(_("name"), max_length=80, unique=True)
    team = models.ForeignKey(
        Team,
        verbose_name=_("team"),
        on_delete=models.PROTECT,
        related_name="services",
        null=True,
        blank=True,
    )
    tier = models.PositiveSmallIntegerField(
        _("tier"), choices=Tier.choices, default=Tier.TWO
    )
    is_retired = models.BooleanField(
        _("retired"),
        default=False,
        help_text=_("No longer offered when an incident is declared."),
    )

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="service_tier_known",
                condition=Q(tier__in=[1, 2, 3]),
                violation_error_message=_("A tier is 1, 2 or 3."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
