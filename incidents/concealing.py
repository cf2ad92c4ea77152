"""Mail that waited while its incident became restricted: its title does not leave.

It was written for people who saw the incident then. So whoever claims it for sending
looks once more, and leaves nothing but the number for whoever may not see it now. What
was written after the restriction keeps to the rule by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Max
from django.utils.translation import gettext as _

from incidents.choices import Medium, NotificationKind
from incidents.drills import marked, subject_of
from incidents.incident_mails import HIDDEN, hidden_words, page_of, whom_to_ask
from incidents.mail_wording import Wording, greeted, write
from incidents.models import Incident, Notification, TimelineEvent
from incidents.outbox import styles
from incidents.sight import Seers

REWRITTEN = ("subject", "text", "html", "calendar")
# What people wrote of a meeting; when it is and who comes is no secret of theirs.
WORDS = ("summary", "description", "location", "url", "comment")


def conceal(mails: Sequence[Notification]) -> dict[int, str]:
    """Rewrite what tells too much; give which of it had better not be sent, and why.

    Mail in the words of people went to whom they chose, so it stays as it is.
    """
    ours = [mail for mail in mails if mail.incident_id and mail.kind in HIDDEN]
    incidents = _restricted({mail.incident_id for mail in ours if mail.incident_id})
    if not incidents:
        return {}
    since = _restricted_since(incidents)
    hidden = []
    for key, incident in incidents.items():
        waited = [
            mail
            for mail in ours
            if mail.incident_id == key
            and key in since
            and mail.created_at <= since[key]
        ]
        seers = Seers.of(incident, [mail.user for mail in waited if mail.user])
        hidden += [mail for mail in waited if not _sees(seers, mail)]
    for mail in hidden:
        _rewrite(mail, incidents[mail.incident_id or 0])
    Notification.objects.bulk_update(hidden, REWRITTEN)
    reason = _("The incident was restricted before it was sent.")
    return {each.pk: reason for each in hidden if each.kind == NotificationKind.WATCH}


def _sees(seers: Seers, mail: Notification) -> bool:
    is_post = mail.medium == Medium.CHAT  # anybody may read along there
    return seers.is_open if is_post else seers.sees(mail.user)


def _restricted(keys: set[int]) -> dict[int, Incident]:
    """Read which of these incidents are restricted; one query, if there are any."""
    if not keys:
        return {}
    rows = Incident.objects.filter(pk__in=keys, restricted=True)
    related = ("severity", "lead", "team__lead", "team__manager")
    return rows.select_related(*related).in_bulk()


def _restricted_since(keys: Iterable[int]) -> dict[int, datetime]:
    """Give when they were restricted: that is never taken back, but by its own verb."""
    events = TimelineEvent.objects.filter(incident__in=list(keys), verb="restrict")
    latest = events.order_by().values_list("incident").annotate(Max("recorded_at"))
    return dict(latest)


def _rewrite(mail: Notification, incident: Incident) -> None:
    wording = _wording(mail, incident)
    mail.subject = subject_of(incident, wording.subject)
    mail.text = marked(incident, wording.text)
    mail.html = styles.inline(wording.html) if wording.html else ""
    if mail.calendar:
        mail.calendar = _without_words(mail.calendar, wording.subject)


def _without_words(calendar: str, subject: str) -> str:
    """Leave the time of a meeting, so that it can be answered and called off."""
    from icalendar import Calendar  # a quarter of a second that few processes need

    bare = Calendar.from_ical(calendar)
    for event in bare.walk("VEVENT"):
        for name in WORDS:
            event.pop(name, None)
        event.add("summary", subject)
    return bytes(bare.to_ical()).decode()


def _wording(mail: Notification, incident: Incident) -> Wording:
    subject, sentence = hidden_words(incident, mail.kind)
    if mail.medium == Medium.CHAT:
        return Wording(sentence, f"{sentence}\n{page_of(incident)}", "")
    if mail.is_urgent:
        return Wording(sentence, sentence, "")
    context = {
        "name": greeted(mail.user) if mail.user else "",
        "heading": subject,
        "says": sentence,
        "whom_to_ask": whom_to_ask(incident),
        "url": page_of(incident),
    }
    return write("restricted", context)
