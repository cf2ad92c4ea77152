"""What every installation has: the five groups and a playbook to start with.

Made after each migrate, because permissions do not exist while a migration runs and
a flush takes them away.
"""

from __future__ import annotations

from importlib import resources
from typing import Any

import yaml
from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db import connection, transaction
from django.utils import timezone

from incidents.permissions import GROUP_PERMISSIONS
from incidents.playbooks.schema import PlaybookDocument

PLAIN = "plain"


@transaction.atomic
def ensure_defaults(**_: Any) -> None:
    """Bring groups in step with the code; add the plain playbook where none is."""
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

    if Playbook.objects.exists():
        return
    source = resources.files("incidents.playbooks") / "presets" / f"{PLAIN}.yaml"
    content = yaml.load(source.read_bytes(), Loader=yaml.CSafeLoader)
    playbook = Playbook.objects.create(slug=PLAIN, name=content.pop("name"))
    document = PlaybookDocument.model_validate(content)
    playbook.publish(document, by=None, at=timezone.now())
