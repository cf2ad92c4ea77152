"""Who may take which step: groups, their permissions, and the question itself.

A group is a set of permissions; `may` adds what depends on the row: whether the
person sees it at all, and whether it belongs to the team they manage.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import Permission, User
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from incidents.choices import PostMortemOverrule

if TYPE_CHECKING:
    from incidents.models import ActionItem, Incident
    from incidents.querysets import Person

VIEWERS = "Viewers"
RESPONDERS = "Responders"
INCIDENT_LEADS = "Incident leads"
TEAM_MANAGERS = "Team managers"
ADMINISTRATORS = "Administrators"
# From the one who may least; what a manager may hand out ends before managers.
GROUPS = (VIEWERS, RESPONDERS, INCIDENT_LEADS, TEAM_MANAGERS, ADMINISTRATORS)
GROUP_LABELS = {
    VIEWERS: _("Viewers read"),
    RESPONDERS: _("Responders work incidents and action items"),
    INCIDENT_LEADS: _("Incident leads also change severity, close and publish"),
    TEAM_MANAGERS: _("Team managers also restrict, and keep their people"),
    ADMINISTRATORS: _("Administrators do everything"),
}

READABLE = (
    "incidents.calendar",
    "incidents.contact",
    "incidents.team",
    "incidents.service",
    "incidents.playbook",
    "incidents.playbookversion",
    "incidents.severity",
    "incidents.incident",
    "incidents.timelineevent",
    "incidents.actionitem",
    "incidents.notification",
    "postmortems.postmortem",
    "postmortems.report",
    "auth.user",
)
VIEW = tuple(f"{model.replace('.', '.view_', 1)}" for model in READABLE)
WORK = (
    "incidents.add_incident",
    "incidents.change_incident",
    "incidents.add_timelineevent",
    "incidents.change_timelineevent",
    "incidents.add_actionitem",
    "incidents.change_actionitem",
    "postmortems.add_postmortem",
    "postmortems.change_postmortem",
    "postmortems.add_report",
)
LEAD = ("incidents.lead_incident", "postmortems.publish_postmortem")
MANAGE = (
    "incidents.restrict_incident",
    "incidents.waive_postmortem",
    "incidents.change_team",
    "incidents.add_contact",
    "incidents.change_contact",
    "incidents.view_alertsource",
    "incidents.add_alertsource",
    "incidents.change_alertsource",
    "incidents.add_service",
    "incidents.change_service",
    "incidents.change_playbook",
    "auth.add_user",
    "auth.change_user",
)
ADMINISTER = (
    "incidents.see_restricted_incident",
    "incidents.add_team",
    "incidents.add_calendar",
    "incidents.change_calendar",
    "incidents.add_playbook",
    "incidents.change_notification",
    "incidents.view_vital",
    "incidents.change_vital",
)
GROUP_PERMISSIONS: dict[str, tuple[str, ...]] = {
    VIEWERS: VIEW,
    RESPONDERS: VIEW + WORK,
    INCIDENT_LEADS: VIEW + WORK + LEAD,
    TEAM_MANAGERS: VIEW + WORK + LEAD + MANAGE,
    ADMINISTRATORS: VIEW + WORK + LEAD + MANAGE + ADMINISTER,
}

SEE = "incidents.view_incident"
CHANGE = "incidents.change_incident"
INCIDENT_VERBS: dict[str, str] = {
    "backfill": CHANGE,
    "undo": CHANGE,
    "watch": SEE,
    "unwatch": SEE,
    "acknowledge": CHANGE,
    "change_status": CHANGE,
    "mitigate": CHANGE,
    "resolve": CHANGE,
    "reopen": CHANGE,
    "note": "incidents.add_timelineevent",
    "pin": "incidents.change_timelineevent",
    "unpin": "incidents.change_timelineevent",
    "strike": "incidents.change_timelineevent",
    "assign_role": CHANGE,
    "offer_role": CHANGE,
    "accept_role": CHANGE,
    "decline_role": CHANGE,
    "withdraw_role": CHANGE,
    "start_mode": CHANGE,
    "end_mode": CHANGE,
    "record_milestone": CHANGE,
    "amend": CHANGE,
    "correct_impact": CHANGE,
    "add_item": "incidents.add_actionitem",
    "add_link": CHANGE,
    "post_update": CHANGE,
    "send_message": CHANGE,
    "record_copied": CHANGE,
    "nothing_new": CHANGE,
    "escalate": CHANGE,
    "end_call": CHANGE,
    "set_flag": CHANGE,
    "clear_flag": CHANGE,
    "promote": CHANGE,
    "meet_deadline": CHANGE,
    "move_deadline": CHANGE,
    "apply_playbook": "incidents.lead_incident",
    "change_severity": "incidents.lead_incident",
    "close": "incidents.lead_incident",
    "restrict": "incidents.restrict_incident",
    "require_postmortem": CHANGE,
    "waive_postmortem": "incidents.waive_postmortem",
    "follow_postmortem_rule": "incidents.waive_postmortem",
    "mark_entries": "incidents.change_timelineevent",
    "reword_entry": "incidents.change_timelineevent",
}
# Only whoever manages the team takes them, or an administrator.
MANAGERS_OWN = frozenset({"restrict", "waive_postmortem", "follow_postmortem_rule"})
ITEM_PERMISSION = "incidents.change_actionitem"


def may(user: Person, verb: str, incident: Incident) -> bool:
    """Say whether this person may take this step on this incident."""
    if not granted(user, verb, incident):
        return False
    return type(incident).objects.visible_to(user).filter(pk=incident.pk).exists()


def granted(user: Person, verb: str, incident: Incident) -> bool:
    """Say the same of an incident that came from `visible_to(user)`: no query.

    Whoever may take a step may take it back. Anybody who works incidents may ask for a
    post-mortem; to waive one, and to go against who did, is for the manager.
    """
    if verb == "undo" and incident.last_step:
        verb = incident.last_step["verb"]
    is_waived = incident.postmortem_overruled == PostMortemOverrule.WAIVED
    if verb == "require_postmortem" and is_waived:
        verb = "waive_postmortem"
    if not user.is_active or not user.has_perm(INCIDENT_VERBS[verb]):
        return False
    return verb not in MANAGERS_OWN or _manages(user, incident)


def people_with(permission: str) -> QuerySet[User]:
    """Keep who has a permission: of those who can log in, by their group."""
    label, codename = permission.split(".")
    granted = Permission.objects.filter(content_type__app_label=label)
    members = User.groups.through.objects.filter(
        group__permissions__in=granted.filter(codename=codename)
    )
    having = Q(is_superuser=True) | Q(pk__in=members.values("user"))
    return User.objects.filter(having, is_active=True)


def may_change_item(user: Person, item: ActionItem) -> bool:
    """Say whether this person may work this item: what they see, if they may work.

    Its owner may always work it, even where the incident is closed to them.
    """
    if not user.is_active or not user.has_perm(ITEM_PERMISSION):
        return False
    return type(item).objects.visible_to(user).filter(pk=item.pk).exists()


def may_move(user: Person, incident: Incident) -> bool:
    """Say whether this person may give the incident to another team.

    The team decides who sees a restricted incident, so it is not for everybody who
    may edit the record.
    """
    from incidents.querysets import SEE_RESTRICTED

    team = incident.team
    close_to_it = {incident.lead_id, team.lead_id, team.manager_id}
    return user.pk in close_to_it or user.has_perm(SEE_RESTRICTED)


def _manages(user: Person, incident: Incident) -> bool:
    from incidents.querysets import SEE_RESTRICTED

    return incident.team.manager_id == user.pk or user.has_perm(SEE_RESTRICTED)
