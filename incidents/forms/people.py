"""Forms about people: through the door, inviting, keeping, one's own settings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import SetPasswordForm, SetPasswordMixin
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from incidents.forms.persons import PersonField
from incidents.models import Profile, Team
from incidents.models.team import known_zones, validate_zone
from incidents.people import (
    group_of,
    groups_to_give,
    is_first_start_token,
    needs_first_start,
    profile_of,
    teams_to_fill,
)
from incidents.permissions import ADMINISTRATORS, GROUP_LABELS, RESPONDERS

# Old names and bare offsets: known to the database, but nobody's place.
UNUSUAL = {"Etc", "Factory", "SystemV", "US", "localtime", "posix", "right"}
PHONE_RULES = Profile._meta.get_field("phone").validators
PASSWORD_HELP = _(
    "At least eight characters; not a common one, not only digits, and nothing like "
    "your name or address."
)


def zone_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Offer the zones people live in by region, UTC first."""
    places = sorted(
        zone
        for zone in known_zones()
        if "/" in zone and zone.partition("/")[0] not in UNUSUAL
    )
    regions = groupby(places, key=lambda zone: zone.partition("/")[0])
    return [
        ("UTC", [("UTC", "UTC")]),
        *((region, [(zone, zone) for zone in zones]) for region, zones in regions),
    ]


class ZoneField(forms.ChoiceField):
    """A time zone by name; an unusual one that is stored already stays possible."""

    def __init__(self, *, guess: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Time zone"))
        super().__init__(choices=zone_choices, validators=[validate_zone], **kwargs)
        if guess:  # zone_guess.js puts the browser's zone there
            self.widget.attrs["data-guess-zone"] = "1"

    def valid_value(self, value: Any) -> bool:
        return value in known_zones()


class NameField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("Name"), max_length=150, **kwargs)
        self.widget.attrs["autocomplete"] = "name"


class EmailField(forms.EmailField):
    def __init__(self, autocomplete: str = "off", **kwargs: Any) -> None:
        super().__init__(label=_("E-mail address"), max_length=150, **kwargs)
        self.widget.attrs["autocomplete"] = autocomplete


class LogInForm(AdminAuthenticationForm):
    """The door: e-mail address in any case, and password."""

    error_messages = {
        **AdminAuthenticationForm.error_messages,
        "invalid_login": _(
            "This address and this password do not belong together. Mind capitals in "
            "the password; if you have forgotten it, set a new one."
        ),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("E-mail address")
        self.fields["username"].widget.attrs["inputmode"] = "email"

    def clean_username(self) -> str:
        """Fold the case, unless a user made by hand is named exactly so."""
        typed: str = self.cleaned_data["username"].strip()
        if User.objects.filter(username=typed).exists():
            return typed
        return typed.lower()

    @property
    def needs_first_start(self) -> bool:
        return needs_first_start()

    @property
    def demo_password(self) -> str:
        from incidents.demo import PASSWORD

        return PASSWORD if settings.DEMO else ""

    @property
    def demo_log_ins(self) -> list[tuple[str, str]]:
        """List who may log in to the demo; nobody anywhere else."""
        from incidents.demo import LOGINS

        return list(LOGINS) if settings.DEMO else []


class ForgottenForm(forms.Form):
    email = EmailField(autocomplete="email")


class NewPasswordForm(SetPasswordForm):  # type: ignore[type-arg]
    new_password1, new_password2 = SetPasswordMixin.create_password_fields(
        label1=_("New password"), label2=_("The same again")
    )
    new_password1.help_text = PASSWORD_HELP
    new_password2.help_text = ""


class FirstPasswordForm(NewPasswordForm):
    """What an invited person decides: a password of their own, and their zone."""

    zone = ZoneField(guess=True)

    def save(self, commit: bool = True) -> User:
        person: User = super().save(commit=commit)
        Profile.objects.update_or_create(
            user=person, defaults={"zone": self.cleaned_data["zone"]}
        )
        return person


class FirstStartForm(SetPasswordMixin, forms.Form):  # type: ignore[type-arg]
    token = forms.CharField(
        label=_("Token"),
        max_length=40,
        help_text=_(
            "Printed when Debrief starts, and by “manage.py first_start_token”."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    email = EmailField(autocomplete="username")
    name = NameField()
    password1, password2 = SetPasswordMixin.create_password_fields(
        label2=_("The same again")
    )
    password1.help_text = PASSWORD_HELP
    password2.help_text = ""
    team = forms.CharField(
        label=_("Your team"),
        max_length=80,
        help_text=_("More teams can be made later."),
    )
    zone = ZoneField(guess=True)

    def clean_token(self) -> str:
        token: str = self.cleaned_data["token"]
        if not is_first_start_token(token):
            raise forms.ValidationError(
                _("This is not the token of this installation: look where it starts."),
                code="token",
            )
        return token

    def clean(self) -> dict[str, Any]:
        self.validate_passwords("password1", "password2")
        return super().clean() or self.cleaned_data


class PlacedForm(forms.Form):
    """Who somebody is here, with only the teams and groups one may give."""

    email = EmailField()
    name = NameField()
    team = forms.ModelChoiceField(Team.objects.none(), label=_("Team"))
    group = forms.ChoiceField(label=_("Group"))

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "off"
        groups = groups_to_give(by)
        teams = teams_to_fill(by)
        group: Any = self.fields["group"]
        group.choices = [(name, name) for name in groups]
        group.initial = RESPONDERS
        group.help_text = "; ".join(str(GROUP_LABELS[name]) for name in groups) + "."
        team: Any = self.fields["team"]
        team.queryset = teams
        team.initial = teams.filter(members__user=by).first() or teams.first()
        team.required = group_of(by) != ADMINISTRATORS
        team.empty_label = _("No team") if not team.required else team.empty_label


class SettingsForm(forms.Form):
    """What everybody decides for themselves."""

    name = NameField()
    zone = ZoneField(help_text=_("Times are shown and typed in this zone."))
    digest_hour = forms.TypedChoiceField(
        label=_("Reminders come at"),
        coerce=int,
        choices=[(hour, f"{hour:02d}:00") for hour in range(24)],
        help_text=_("At most one mail a day, and only if something falls due."),
    )
    urgent_address = forms.EmailField(
        label=_("Urgent address"),
        required=False,
        max_length=254,
        help_text=_(
            "Where a mail wakes them up: a pager's or a telephone's own address. "
            "Rungs that page go there as one short line, besides the letter."
        ),
    )
    phone = forms.CharField(
        label=_("Telephone"),
        required=False,
        max_length=40,
        validators=PHONE_RULES,
        help_text=_(
            "Such as +49 30 1234567. Shown on the page of an incident whose ladder "
            "calls them, to all who see it."
        ),
    )


class OwnSettingsForm(SettingsForm):
    """One's own settings, with until when one is away and who stands in meanwhile."""

    away_until = forms.DateField(
        label=_("Away until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("The last day away. Empty: you are here."),
    )
    stand_in = PersonField(
        label=_("Who stands in"),
        help_text=_("They are reminded of your action items until you are back."),
    )

    def __init__(self, *args: Any, person: User, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        stand_in: Any = self.fields["stand_in"]
        stand_in.queryset = stand_in.queryset.exclude(pk=person.pk)

    @classmethod
    def about(cls, person: User, now: datetime) -> dict[str, Any]:
        """Give what is stored; an absence that is over is none."""
        profile = profile_of(person)
        until = profile.away_until
        is_away = until is not None and until >= now.astimezone(profile.tz).date()
        return PersonForm.about(person) | {
            "away_until": until if is_away else None,
            "stand_in": profile.stand_in_id if is_away else None,
        }

    def clean(self) -> dict[str, Any]:
        """Ask for both or neither; the day is one that has not passed in their zone."""
        given = super().clean() or self.cleaned_data
        until, stand_in = given.get("away_until"), given.get("stand_in")
        if until and "stand_in" in given and stand_in is None:
            sentence = _("Name who stands in while you are away.")
            self.add_error("stand_in", sentence)
        if stand_in and "away_until" in given and until is None:
            sentence = _("Say until when you are away, or choose nobody to stand in.")
            self.add_error("away_until", sentence)
        if until and "zone" in given:
            today = self.now.astimezone(ZoneInfo(given["zone"])).date()
            if until < today:
                sentence = _("That day is past: choose today or a later one.")
                self.add_error("away_until", sentence)
        return given


class PersonForm(PlacedForm, SettingsForm):
    """Everything about one person, for those who keep people."""

    field_order = (
        *("name", "email", "team", "group", "zone", "digest_hour"),
        *("urgent_address", "phone"),
    )

    @classmethod
    def about(cls, person: User) -> dict[str, Any]:
        profile = profile_of(person)
        return {
            "name": person.get_full_name(),
            "email": person.email,
            "team": profile.team_id,
            "group": group_of(person),
            "zone": profile.zone,
            "digest_hour": profile.digest_hour,
            "urgent_address": profile.urgent_address,
            "phone": profile.phone,
        }


class HandOnForm(forms.Form):
    """Who takes over, and which rows."""

    to = PersonField(
        label=_("Hand on to"), required=True, empty_label=_("Choose a person")
    )
    held = forms.MultipleChoiceField(
        error_messages={"required": _("Mark what is to be handed on.")}
    )

    def __init__(
        self, *args: Any, keys: Iterable[str], person: User, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        to: Any = self.fields["to"]
        to.queryset = to.queryset.exclude(pk=person.pk)
        held: Any = self.fields["held"]
        held.choices = [(key, key) for key in keys]
