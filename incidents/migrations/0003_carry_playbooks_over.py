"""Carries playbooks over into the document that has a place for everything.

Until now a document held severities and the days of action items only, and every
resolved incident that was no drill awaited a post-mortem. It also took any text for a
code, a definition or an example: what the document no longer takes is mended, since a
version that cannot be read would close every page of its incidents.
"""

import hashlib
import json
import re

from django.db import migrations

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,15}")
LONGEST_TEXT, LONGEST_LINE = 8_000, 400
DUE = {2: "48 h", 7: "1 week", 14: "2 weeks"}


def carry_over(apps, schema_editor):
    Version = apps.get_model("incidents", "PlaybookVersion")
    Severity = apps.get_model("incidents", "Severity")
    codes = {}
    for severity in Severity.objects.order_by("playbook", "rank", "pk"):
        ours = codes.setdefault(severity.playbook_id, {})
        ours[severity.code] = severity.code
    for playbook_id, ours in codes.items():
        for code, now in renamed(ours).items():
            rows = Severity.objects.filter(playbook=playbook_id, code=code)
            rows.update(code=now)
            ours[code] = now
    for version in Version.objects.select_related("playbook"):
        if "priorities" not in version.document:
            continue
        ours = codes.get(version.playbook_id, {})
        document = {
            "name": version.playbook.name,
            "severities": [
                carried(level, ours) for level in version.document["severities"]
            ],
        }
        priorities = [
            {"priority": rule["priority"], "due": due(rule["days"])}
            for rule in first_of_each(version.document["priorities"])
        ]
        if priorities:
            document["action_items"] = {"priorities": priorities}
        canonical = json.dumps(document, sort_keys=True, separators=(",", ":"))
        Version.objects.filter(pk=version.pk).update(
            document=document,
            sha256=hashlib.sha256(canonical.encode()).hexdigest(),
        )
    apps.get_model("incidents", "Incident").objects.filter(is_drill=False).update(
        postmortem_required=True,
        postmortem_reason="Every declared incident needs one.",
    )


def renamed(codes):
    """Give another code for each that cannot stay, unlike all the others."""
    found = {}
    taken = {code.casefold() for code in codes if CODE.fullmatch(code)}
    for number, code in enumerate(codes, start=1):
        if CODE.fullmatch(code):
            continue
        plain = re.sub("[^A-Za-z0-9]+", "-", code).strip("-") or f"S{number}"
        now, count = plain, 1
        while now.casefold() in taken:
            count += 1
            now = f"{plain[:12]}-{count}"
        taken.add(now.casefold())
        found[code] = now
    return found


def carried(level, codes):
    """Write a severity as the document takes it."""
    code = level["code"]
    text = level["definition"][:LONGEST_TEXT] or level["name"]
    examples = [" ".join(each.split())[:LONGEST_LINE] for each in level["examples"]]
    words = {"code": codes.get(code, code), "definition": text}
    kept = {**level, **words, "examples": [each for each in examples if each]}
    return {key: value for key, value in kept.items() if value != []}


def first_of_each(priorities):
    seen = {}
    for rule in priorities:
        seen.setdefault(rule["priority"], rule)
    return seen.values()


def due(days):
    """Print days as targets are printed."""
    if days in DUE or days % 7 == 0 and days:
        return DUE.get(days) or f"{days // 7} weeks"
    return f"{days} days" if days > 3 else f"{days * 24} h" if days else "0 min"


class Migration(migrations.Migration):
    dependencies = [("incidents", "0002_playbooks_and_deadlines")]

    # One way: what the new document says has no place in the old one.
    operations = [migrations.RunPython(carry_over)]
