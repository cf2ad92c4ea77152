"""Who is behind the codes of the demo's playbooks: one team knows all, one some."""

from __future__ import annotations

from typing import NamedTuple

from incidents.choices import BoundKind, ContactKind
from incidents.demo.people import Cast
from incidents.models import Binding, Contact, Team


class Known(NamedTuple):
    """A contact; `person` names one of the cast, routes are “medium: address”."""

    name: str
    kind: ContactKind
    routes: tuple[str, ...] = ()
    person: str = ""


COLLEAGUES = ("payments", "support", "accounting", "shop-floor")
CONTACTS = (
    Known("Leo Lead", ContactKind.PERSON, ("phone: +49 30 555 0102",), "lead"),
    Known("Mona Manager", ContactKind.PERSON, ("phone: +44 20 5550 103",), "manager"),
    Known("Rosa Responder", ContactKind.PERSON, person="responder"),
    Known("Platform on call", ContactKind.ROTA, ("pager: platform-primary",)),
    Known("Payments on call", ContactKind.ROTA, ("pager: payments-primary",)),
    Known("Platform's channel", ContactKind.CHANNEL, ("chat: #platform",)),
    Known("Status page", ContactKind.CHANNEL, ("url: https://status.demo.example",)),
    Known("Customers by mail", ContactKind.LIST, ("email: customers@demo.example",)),
    Known(
        "Whom Payments tells",
        ContactKind.LIST,
        tuple(f"email: {each}@demo.example" for each in COLLEAGUES),
    ),
    Known(
        "Card processor",
        ContactKind.VENDOR,
        ("phone: +1 212 555 0107", "url: https://cards.demo.example/support"),
    ),
    Known(
        "Database host", ContactKind.VENDOR, ("email: support@database.demo.example",)
    ),
    Known("Data centre", ContactKind.VENDOR, ("phone: +49 69 555 0109",)),
)
# All that the playbook of Platform speaks of, and only some of what Payments' does.
PLATFORM = {
    (BoundKind.ROLE, "commander"): "Leo Lead",
    (BoundKind.ROLE, "ops"): "Platform on call",
    (BoundKind.ROLE, "dev"): "Rosa Responder",
    (BoundKind.ROLE, "communications"): "Mona Manager",
    (BoundKind.AUDIENCE, "team"): "Platform's channel",
    (BoundKind.AUDIENCE, "customers"): "Customers by mail",
    (BoundKind.AUDIENCE, "status_page"): "Status page",
    (BoundKind.VENDOR, "payments"): "Card processor",
    (BoundKind.VENDOR, "database"): "Database host",
    (BoundKind.VENDOR, "hosting"): "Data centre",
    (BoundKind.CONTACT, "on-call"): "Platform on call",
    (BoundKind.CONTACT, "team-channel"): "Platform's channel",
}
PAYMENTS = {
    (BoundKind.ROLE, "on_call"): "Payments on call",
    (BoundKind.ROLE, "team_lead"): "Rosa Responder",
    (BoundKind.ROLE, "manager"): "Mona Manager",
    (BoundKind.AUDIENCE, "team"): "Whom Payments tells",
}


def bind(cast: Cast) -> None:
    """Write the contacts down, and who stands for what in two of the teams."""
    contacts = {known.name: _make(known, cast) for known in CONTACTS}
    for team, bound in ((cast.platform, PLATFORM), (cast.payments, PAYMENTS)):
        _bind(team, {key: contacts[name] for key, name in bound.items()})


def _make(known: Known, cast: Cast) -> Contact:
    routes = [
        {"medium": medium, "address": address}
        for medium, _colon, address in (route.partition(": ") for route in known.routes)
    ]
    contact, _is_new = Contact.objects.get_or_create(
        name=known.name,
        defaults={
            "kind": known.kind,
            "routes": routes,
            "user": getattr(cast, known.person) if known.person else None,
        },
    )
    return contact


def _bind(team: Team, bound: dict[tuple[BoundKind, str], Contact]) -> None:
    for (kind, code), contact in bound.items():
        Binding.objects.get_or_create(
            team=team, kind=kind, code=code, defaults={"contact": contact}
        )
