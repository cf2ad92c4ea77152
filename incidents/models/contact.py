"""Who the codes of a playbook stand for in a team."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from incidents.choices import BoundKind, ContactKind, HookKind
from incidents.constraints import one_of

MEDIA = ("email", "pager", "phone", "chat", "url")


def validate_routes(routes: object) -> None:
    """Refuse anything but a list of {medium, address}."""
    fine = isinstance(routes, list) and all(
        isinstance(each, dict)
        and set(each) == {"medium", "address"}
        and each["medium"] in MEDIA
        and isinstance(each["address"], str)
        and 0 < len(each["address"].strip()) <= 320
        for each in routes
    )
    if not fine:
        raise ValidationError(
            gettext("A way to reach a contact is one of %(media)s and an address."),
            code="routes",
            params={"media": ", ".join(MEDIA)},
        )


class Contact(models.Model):
    """Somebody or something that can be reached: a person, a rota, a vendor, a list."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=8, choices=ContactKind.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.PROTECT,
        related_name="contacts",
        null=True,
        blank=True,
        help_text=_("Their own addresses count beside those below."),
    )
    routes = models.JSONField(
        _("reached by"), default=list, blank=True, validators=[validate_routes]
    )
    hook_kind = models.CharField(
        _("chat"), max_length=12, choices=HookKind.choices, blank=True
    )
    hook_address = models.CharField(
        max_length=2_000,
        blank=True,
        editable=False,
        help_text=_("Whoever knows it may post there: it is never shown."),
    )
    history = HistoricalRecords(excluded_fields=["hook_address"])

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["name"]
        constraints = [
            one_of("contact", "kind", ContactKind),
            one_of("contact", "hook_kind", HookKind, blank=True),
            models.CheckConstraint(
                name="contact_chat_has_address",
                condition=Q(hook_kind="", hook_address="")
                | (~Q(hook_kind="") & ~Q(hook_address="")),
                violation_error_message=_("A chat has an address to post to."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Binding(models.Model):
    """Which contact a code of the team's playbook stands for."""

    team = models.ForeignKey(
        "incidents.Team", on_delete=models.CASCADE, related_name="bindings"
    )
    kind = models.CharField(_("kind"), max_length=8, choices=BoundKind.choices)
    code = models.CharField(_("code"), max_length=40)
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("contact"),
        on_delete=models.PROTECT,
        related_name="bindings",
    )

    class Meta:
        verbose_name = _("binding")
        verbose_name_plural = _("bindings")
        ordering = ["team", "kind", "code"]
        constraints = [
            models.UniqueConstraint(
                name="binding_code_once",
                fields=["team", "kind", "code"],
                violation_error_message=_("This code is bound already."),
            ),
            one_of("binding", "kind", BoundKind),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.contact}"
