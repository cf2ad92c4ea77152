"""Texts of a post-mortem as a page shows them: references lead, images are shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.urls import reverse

from incidents.models import Attachment
from postmortems.references import References, images_named_in
from postmortems.rendering.prose import Picture, prose

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

    from incidents.models import Incident
    from incidents.querysets import Person


class ScreenProse:
    """Markdown of one post-mortem for one reader; what it names is looked up once."""

    def __init__(self, user: Person, incident: Incident, texts: Iterable[str]) -> None:
        texts = list(texts)
        self.links = References.seen_by(user, texts)
        keys = images_named_in(texts)
        mine = Attachment.objects.filter(event__incident=incident, pk__in=keys)
        self.images = {
            each.pk: Picture(
                source=reverse(
                    "admin:incidents_incident_image", args=[incident.pk, each.pk]
                ),
                words=each.words,
                width=each.width,
                height=each.height,
            )
            for each in (mine if keys else ())
        }

    def html(self, text: str) -> SafeString:
        return prose(text, links=self.links, images=self.images)
