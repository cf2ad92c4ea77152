"""What every installation has: the five groups and a playbook to start with.

Made after each migrate, because permissions do not exist while a migration runs and
a flush takes them away.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db import connection, transaction
from django.utils import timezone

from incidents.permissions import GROUP_PERMISSIONS
from incidents.playbooks.presets import DEFAULT as DEFAULT
from incidents.playbooks.presets import preset


@transaction.atomic
def ensure_defaults(**_: Any) -> None:
    """Bring groups in step with the code; add the default playbook where none is."""
    tables = connection.introspection.table_names()
    if not {"incidents_playbook", "postmortems_postmortem"} <= set(tables):
        return  # migrated back to nothing
    for label in ("auth", "incidents", "postmortems"):
        create_permissions(apps.get_app_config(label), verbosity=0)
    _ensure_groups()
    _ensure_playbook()


def _ensure_groups() -> None:
    permissions = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    for name, granted in GROUP_PERMISSIONS.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.set(permissions[each] for each in granted)


def _ensure_playbook() -> None:
    from incidents.models import Playbook
    from incidents.playbooks.storing import store

    if Playbook.objects.exists():
        return
    store(DEFAULT, preset(DEFAULT), by=None, at=timezone.now())
