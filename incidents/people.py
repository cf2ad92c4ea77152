"""Who is here and what they may become: first start, inviting, leaving, coming back.

A person is a user whose name is their e-mail address in lower case, in exactly one of
the five groups, with a profile. Until they set a password of their own they are
invited; deactivated people stay on every record they are part of.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import Group, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Q, QuerySet
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.changes import Blocker, Refused, invalid, save_as
from incidents.models import Calendar, Profile, Team
from incidents.names import name_of
from incidents.one_time_links import send_invitation
from incidents.permissions import ADMINISTRATORS, GROUPS, TEAM_MANAGERS

if TYPE_CHECKING:
    from incidents.querysets import Person

# What a manager may hand out ends before managers.
BELOW_MANAGERS = GROUPS[: GROUPS.index(TEAM_MANAGERS)]
FIRST_START = "debrief.first-start"


class PersonState(models.TextChoices):
    ACTIVE = "active", gettext_lazy("Active")
    INVITED = "invited", gettext_lazy("Invited")
    DEACTIVATED = "deactivated", gettext_lazy("Deactivated")


STATE_BADGES: dict[str, str] = {
    PersonState.ACTIVE: "green",
    PersonState.INVITED: "blue",
    PersonState.DEACTIVATED: "grey",
}
NO_PASSWORD = Q(password="") | Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
STATE_CONDITIONS: dict[str, Q] = {
    PersonState.ACTIVE: Q(is_active=True) & ~NO_PASSWORD,
    PersonState.INVITED: Q(is_active=True) & NO_PASSWORD,
    PersonState.DEACTIVATED: Q(is_active=False),
}


def state_of(person: User) -> PersonState:
    if not person.is_active:
        return PersonState.DEACTIVATED
    if not person.password or not person.has_usable_password():
        return PersonState.INVITED
    return PersonState.ACTIVE


def group_of(person: Person) -> str:
    """Name the group that decides what a person may do; empty where there is none."""
    if person.is_superuser:
        return ADMINISTRATORS
    held = {group.name for group in person.groups.all()}
    return next((name for name in reversed(GROUPS) if name in held), "")


def profile_of(person: User) -> Profile:
    """Give the person's profile, or an unsaved plain one for users made by hand."""
    try:
        return person.profile
    except Profile.DoesNotExist:
        return Profile(user=person)


def administrators() -> QuerySet[User]:
    """Find who can log in and may do everything."""
    in_group = Group.objects.filter(name=ADMINISTRATORS).values("user")
    everything = Q(is_superuser=True) | Q(pk__in=in_group)
    return User.objects.filter(everything, STATE_CONDITIONS[PersonState.ACTIVE])


def may_manage(by: Person, person: User) -> bool:
    """Say whether one may change another's name, team, group and access.

    Managers keep the people of their teams up to incident leads; nobody but an
    administrator keeps themselves, so nobody can raise their own rights.
    """
    if not by.has_perm("auth.change_user"):
        return False
    if group_of(by) == ADMINISTRATORS:
        return True
    team = profile_of(person).team
    is_theirs = team is not None and team.manager_id == by.pk and person.pk != by.pk
    return is_theirs and group_of(person) in BELOW_MANAGERS


def teams_to_fill(by: Person) -> QuerySet[Team]:
    """Find the teams one may put people into."""
    if not by.has_perm("auth.change_user"):
        return Team.objects.none()
    if group_of(by) == ADMINISTRATORS:
        return Team.objects.all()
    return Team.objects.filter(manager=by.pk)


def groups_to_give(by: Person) -> tuple[str, ...]:
    return GROUPS if group_of(by) == ADMINISTRATORS else BELOW_MANAGERS


def needs_first_start() -> bool:
    """Say whether nobody can administer this installation yet."""
    return not administrators().exists()


def first_start_token() -> str:
    """Give the token that makes the first administrator: four groups of letters.

    It follows from the secret key, so every process of an installation knows it
    without storing it, and is worth nothing once there is an administrator.
    """
    digest = salted_hmac(FIRST_START, "administrator", algorithm="sha256").digest()
    letters = base64.b32encode(digest).decode().lower()
    return "-".join(letters[start : start + 4] for start in range(0, 16, 4))


def is_first_start_token(typed: str) -> bool:
    """Compare in constant time, whatever case, spaces or dashes were typed."""
    letters = "".join(filter(str.isalnum, typed.lower()))
    return constant_time_compare(letters, first_start_token().replace("-", ""))


def create_administrator(email: str, password: str, name: str, at: datetime) -> User:
    """Make somebody who may do everything, with a password of their own."""
    person = _new_person(email, name, at)
    _require([*_blockers_of_address(person), *_blockers_of_password(password, person)])
    person.set_password(password)
    with transaction.atomic():
        _store(person, ADMINISTRATORS, team=None, zone="UTC")
    return person


def start(
    *, email: str, password: str, name: str, team: str, zone: str, at: datetime
) -> User:
    """Make the first administrator and their team, once; two at once make one."""
    with transaction.atomic():
        _lock_administrators()
        if not needs_first_start():
            sentence = _("Somebody was quicker: there is an administrator already.")
            raise Refused.because("started", sentence)
        person = create_administrator(email, password, name, at)
        _found_team(team, zone, person)
    return person


def invite(
    *, email: str, name: str, team: Team | None, group: str, by: User, at: datetime
) -> User:
    """Make a person without a password, and mail them the link to set one."""
    person = _new_person(email, name, at)
    person.set_unusable_password()
    _require([*_blockers_of_placing(team, group, by), *_blockers_of_address(person)])
    with transaction.atomic():
        zone = team.zone.key if team else "UTC"
        _store(person, group, team=team, zone=zone)
        send_invitation(person, by=by, at=at)
    return person


def invite_again(person: User, *, by: User, at: datetime) -> None:
    """Mail a new link; the ones before it are worth nothing any more."""
    with _managed(person, by) as current:
        if state_of(current) != PersonState.INVITED:
            sentence = _("%s has set a password or is deactivated.") % name_of(current)
            raise Refused.because("not_invited", sentence)
        current.set_unusable_password()
        current.save(update_fields=["password"])
        send_invitation(current, by=by, at=at)


def deactivate(person: User, *, by: User) -> None:
    """End sessions, links and log-in at once; the record keeps the person."""
    with _managed(person, by) as current:
        blockers = []
        if not current.is_active:
            sentence = _("%s is deactivated already.") % name_of(current)
            blockers.append(Blocker("deactivated", sentence))
        if current.pk == by.pk:
            sentence = _("You cannot deactivate yourself: ask another administrator.")
            blockers.append(Blocker("yourself", sentence))
        _require([*blockers, *_blockers_of_losing(current)])
        current.is_active = False
        current.set_unusable_password()
        current.save(update_fields=["is_active", "password"])
        Profile.objects.filter(user=current).update(feed_hash=None, feed_made_at=None)


def reactivate(person: User, *, by: User, at: datetime) -> None:
    """Let a person in again, by a new invitation: their password was taken away."""
    with _managed(person, by) as current:
        if current.is_active:
            sentence = _("%s is active already.") % name_of(current)
            raise Refused.because("active", sentence)
        current.is_active = True
        current.set_unusable_password()
        current.save(update_fields=["is_active", "password"])
        send_invitation(current, by=by, at=at)


def place(
    person: User,
    *,
    email: str,
    name: str,
    team: Team | None,
    group: str,
    zone: str,
    digest_hour: int,
    urgent_address: str = "",
    phone: str = "",
    by: User,
) -> None:
    """Change who a person is here: name, address, team, group and settings."""
    with _managed(person, by) as current:
        blockers = _blockers_of_placing(team, group, by)
        if group != ADMINISTRATORS:
            blockers += _blockers_of_losing(current)
        current.first_name, current.last_name = _split(name)
        if email.strip().lower() != current.email.lower():
            blockers += _blockers_of_readdressing(current, by)
            current.username = current.email = email.strip().lower()
            blockers += _blockers_of_address(current)
        _require(blockers)
        current.is_superuser = current.is_superuser and group == ADMINISTRATORS
        current.save()
        current.groups.set(Group.objects.filter(name=group))
        settings = {"team": team, "zone": zone, "digest_hour": digest_hour}
        settings |= {"urgent_address": urgent_address, "phone": phone.strip()}
        Profile.objects.update_or_create(user=current, defaults=settings)


def keep_settings(
    person: User,
    *,
    name: str,
    zone: str,
    digest_hour: int,
    urgent_address: str = "",
    phone: str = "",
    away_until: date | None = None,
    stand_in: User | None = None,
) -> None:
    """Store what people decide for themselves, or raise Refused."""
    if away_until is None or stand_in is None:
        away_until = stand_in = None
    if stand_in and (stand_in.pk == person.pk or not stand_in.is_active):
        sentence = _("Choose somebody else who is active to stand in for you.")
        raise Refused.because("stand_in", sentence, "stand_in")
    person.first_name, person.last_name = _split(name)
    settings = {"zone": zone, "digest_hour": digest_hour}
    settings |= {"urgent_address": urgent_address, "phone": phone.strip()}
    absence = {"away_until": away_until, "stand_in": stand_in}
    with transaction.atomic():
        person.save(update_fields=["first_name", "last_name"])
        defaults = settings | absence
        Profile.objects.update_or_create(user=person, defaults=defaults)


@contextmanager
def _managed(person: User, by: User) -> Iterator[User]:
    """Lock the person, and the set of administrators; refuse who may not manage."""
    with transaction.atomic():
        _lock_administrators()
        current = User.objects.select_for_update().get(pk=person.pk)
        if not may_manage(by, current):
            sentence = _("%s is not among the people you manage.") % name_of(current)
            raise Refused.because("not_yours", sentence)
        yield current


def _lock_administrators() -> None:
    """Let nobody else make, demote or deactivate an administrator meanwhile."""
    Group.objects.select_for_update().get(name=ADMINISTRATORS)


def _new_person(email: str, name: str, at: datetime) -> User:
    address = email.strip().lower()
    first, last = _split(name)
    return User(
        username=address,
        email=address,
        first_name=first,
        last_name=last,
        is_staff=True,
        date_joined=at,
    )


def _store(person: User, group: str, *, team: Team | None, zone: str) -> None:
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as error:
        raise Refused([_address_is_taken(person)]) from error
    person.groups.set(Group.objects.filter(name=group))
    Profile.objects.create(user=person, team=team, zone=zone)


def _found_team(name: str, zone: str, person: User) -> None:
    calendar, _is_new = Calendar.objects.get_or_create(
        name=zone, defaults={"zone": zone}
    )
    team = Team.objects.filter(name=name.strip()).first()
    if team is None:
        team = Team(name=name.strip(), lead=person, manager=person, calendar=calendar)
        _require(invalid(team))
        save_as(team, person)
    Profile.objects.filter(user=person).update(team=team, zone=zone)


def _require(blockers: Iterable[Blocker]) -> None:
    if found := list(blockers):
        raise Refused(found)


def _blockers_of_address(person: User) -> list[Blocker]:
    try:
        person.clean_fields(exclude={"password"})
        models.EmailField().run_validators(person.email)
    except ValidationError:
        sentence = _("“%s” is not an e-mail address.") % person.email
        return [Blocker("address", sentence, "email")]
    others = User.objects.exclude(pk=person.pk)
    same = Q(username__iexact=person.username) | Q(email__iexact=person.email)
    return [_address_is_taken(person)] if others.filter(same).exists() else []


def _address_is_taken(person: User) -> Blocker:
    sentence = _("There is somebody with the address %s already.") % person.email
    return Blocker("address_taken", sentence, "email")


def _blockers_of_password(password: str, person: User) -> list[Blocker]:
    try:
        validate_password(password, person)
    except ValidationError as error:
        return [Blocker("password", text, "password1") for text in error.messages]
    return []


def _blockers_of_placing(team: Team | None, group: str, by: User) -> list[Blocker]:
    """List what speaks against giving this team and group; nobody gives above them."""
    blockers = []
    if group not in groups_to_give(by):
        sentence = _("Only administrators may give this group.")
        blockers.append(Blocker("group", sentence, "group"))
    is_open = team is None and group_of(by) == ADMINISTRATORS
    if not is_open and team not in teams_to_fill(by):
        sentence = _("Choose one of the teams you manage.")
        blockers.append(Blocker("team", sentence, "team"))
    return blockers


def _blockers_of_losing(person: User) -> list[Blocker]:
    """Keep the last administrator: without one nobody could let anybody in."""
    remaining = administrators().exclude(pk=person.pk)
    if group_of(person) != ADMINISTRATORS or remaining.exists():
        return []
    sentence = _("%s is the last administrator: make another one first.")
    return [Blocker("last_administrator", sentence % name_of(person), "group")]


def _blockers_of_readdressing(person: User, by: User) -> list[Blocker]:
    """Keep links to set a password away from who could send them to themselves."""
    is_waiting = state_of(person) == PersonState.INVITED
    if is_waiting or group_of(by) == ADMINISTRATORS:
        return []
    sentence = _("Only administrators may change the address of an active person.")
    return [Blocker("readdressing", sentence, "email")]


def _split(name: str) -> tuple[str, str]:
    first, _space, last = " ".join(name.split()).partition(" ")
    return first, last
