"""Who works, when, and on what: calendars, teams, people's settings, services."""

from __future__ import annotations

import zoneinfo
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import (
    MaxValueValidator,
    MinValueValidator,
    RegexValidator,
)
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from incidents.constraints import within
from incidents.working_time import BUILT_IN, WorkingTime, known_countries

if TYPE_CHECKING:
    from django.contrib.auth.models import User


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


def validate_country(code: str) -> None:
    """Refuse a code whose public holidays are not known."""
    if code not in known_countries():
        raise ValidationError(
            gettext("“%(code)s” is no country we know: write DE, or DE-BE for a part."),
            code="country",
            params={"code": code},
        )


def validate_days_off(days: Any) -> None:
    """Refuse anything but a list of dates such as 2026-12-24."""
    for day in days if isinstance(days, list) else [days]:
        try:
            date.fromisoformat(day)
        except (TypeError, ValueError) as error:
            raise ValidationError(
                gettext("“%(day)s” is no date: write days off like 2026-12-24."),
                code="days_off",
                params={"day": day},
            ) from error


def validate_tags(tags: object) -> None:
    """Refuse anything but a list of short words."""
    texts = tags if isinstance(tags, list) else [tags]
    if not all(isinstance(each, str) and 0 < len(each.strip()) <= 40 for each in texts):
        raise ValidationError(
            gettext("Tags are words of at most 40 characters, separated by commas."),
            code="tags",
        )


class Calendar(models.Model):
    """When a team works: its zone, its hours, its days and its sprints."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_zone]
    )
    opens_at = models.TimeField(_("working hours begin"), default=WorkingTime.opens)
    closes_at = models.TimeField(_("working hours end"), default=WorkingTime.closes)
    weekdays = models.JSONField(
        _("working days"), default=monday_to_friday, validators=[validate_weekdays]
    )
    country = models.CharField(
        _("public holidays of"),
        max_length=32,
        blank=True,
        validators=[validate_country],
    )
    days_off = models.JSONField(
        _("own days off"), default=list, blank=True, validators=[validate_days_off]
    )
    sprint_weeks = models.PositiveSmallIntegerField(_("weeks of a sprint"), default=2)
    sprint_anchor = models.DateField(
        _("first day of a sprint"), default=WorkingTime.sprint_anchor
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
            models.CheckConstraint(
                name="calendar_sprint_lasts_weeks",
                condition=within("sprint_weeks", 1, 12),
                violation_error_message=_("A sprint lasts 1 to 12 weeks."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def working_time(self) -> WorkingTime:
        """Give the value that counts working time by this calendar."""
        return WorkingTime(
            name=self.name,
            zone=self.zone,
            opens=self.opens_at,
            closes=self.closes_at,
            weekdays=frozenset(self.weekdays),
            country=self.country,
            days_off=frozenset(map(date.fromisoformat, self.days_off)),
            sprint_weeks=self.sprint_weeks,
            sprint_anchor=self.sprint_anchor,
        )


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
    playbook = models.ForeignKey(
        "incidents.Playbook",
        verbose_name=_("playbook"),
        on_delete=models.PROTECT,
        related_name="teams",
        null=True,
        blank=True,
        help_text=_("Without one: the playbook every installation starts with."),
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def reader(self) -> User | None:
        """Name who reads what is told to its lead: who manages it, if nobody leads."""
        able = (each for each in (self.lead, self.manager) if each and each.is_active)
        return next(able, None)

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.calendar.zone if self.calendar else "UTC")

    @property
    def working_time(self) -> WorkingTime:
        return self.calendar.working_time() if self.calendar else BUILT_IN


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
    away_until = models.DateField(
        _("away until"),
        null=True,
        blank=True,
        help_text=_("The last day away; until then the stand-in is reminded."),
    )
    stand_in = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("stand-in"),
        on_delete=models.PROTECT,
        related_name="standing_in_for",
        null=True,
        blank=True,
    )
    urgent_address = models.EmailField(
        _("urgent address"),
        blank=True,
        help_text=_("Mail to it wakes you up: the address of your pager or phone."),
    )
    phone = models.CharField(
        _("phone"),
        max_length=40,
        blank=True,
        validators=[
            RegexValidator(
                r"\A\+?[0-9][0-9 ()/.-]{3,38}\Z",
                _("Write a phone number like +49 30 1234567."),
            )
        ],
        help_text=_("Shown on the page of an incident that needs you at once."),
    )
    feed_hash = models.CharField(
        max_length=64, unique=True, null=True, blank=True, editable=False
    )
    feed_made_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")
        constraints = [
            models.CheckConstraint(
                name="profile_away_has_stand_in",
                condition=Q(away_until=None) | Q(stand_in__isnull=False),
                violation_error_message=_("Name who stands in while you are away."),
            ),
            models.CheckConstraint(
                name="profile_stand_in_is_another",
                condition=Q(stand_in=None) | ~Q(stand_in=models.F("user")),
                violation_error_message=_("Nobody stands in for themselves."),
            ),
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
    tags = models.JSONField(
        _("tags"),
        default=list,
        blank=True,
        validators=[validate_tags],
        help_text=_("Words a playbook's rules look for, such as payments."),
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
