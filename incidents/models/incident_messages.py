"""The verbs that tell others: a message is sent, or somebody posted it by hand."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext as _

from incidents.changes import Blocker, changing
from incidents.choices import Kind, MessageRoute
from incidents.clocks import AUDIENCES
from incidents.deadlines import Sent

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from incidents.models import Incident, TimelineEvent
    from incidents.sending import Draft, Recipients


# Without a nonce, the same words to the same readers are a second click.
PRESSED_TWICE = timedelta(minutes=1)
# With one so are other words, whose times have moved on; later somebody went back to
# the page to put them right, and they must not be lost.
AT_ONCE = timedelta(seconds=10)


class MessageVerbs(models.Model):
    class Meta:
        abstract = True

    def send_message(
        self: Incident,
        draft: Draft,
        *,
        by: User,
        at: datetime,
        sure: Collection[str] = (),
    ) -> None:
        """Send a message to the list of its audience, and restart that one's clock.

        `sure` names the doubts that the sender has thought of: gaps left in the text,
        and that the incident is restricted. The same draft again changes nothing.
        """
        self._tell(draft, MessageRoute.SENT, by=by, at=at, sure=sure)

    def record_copied(self: Incident, draft: Draft, *, by: User, at: datetime) -> None:
        """Note that somebody posted a message by hand; it counts as one sent does."""
        self._tell(draft, MessageRoute.COPIED, by=by, at=at)

    def _tell(
        self: Incident,
        draft: Draft,
        route: MessageRoute,
        *,
        by: User,
        at: datetime,
        sure: Collection[str] = (),
    ) -> None:
        from incidents import sending

        is_sent = route == MessageRoute.SENT
        with changing(self, by=by, at=at) as change:
            incident = change.row
            draft = draft.tidied()
            blockers = incident.blockers_of_message(draft)
            draft = sending.worn(incident, draft)
            if incident._went_out(draft, by, at):
                return
            none = sending.Recipients()
            to = sending.recipients_of(incident, draft.audience) if is_sent else none
            change.require(blockers)
            if is_sent:
                change.require(incident._blockers_of_list(draft, to, sure))
            if incident.is_running:
                incident.take_as_response(change)
            verb = "send_message" if is_sent else "record_copied"
            said = _said(draft, route)
            kept = {"audience": draft.audience, "template": draft.template}
            kept["nonce"] = draft.nonce[:40]
            change.say(verb, Kind.COMMUNICATION, said, **kept)
            event = change.commit(incident)
            incident._write_message(draft, route, event, to)
            is_update = sending.is_update(incident, draft.template)
            restarts = is_update and draft.counts
            sent = Sent(draft.audience, draft.next_in) if restarts else None
            incident.follow_clocks(at, sent=sent)

    def _went_out(self: Incident, draft: Draft, by: User, at: datetime) -> bool:
        """Say whether this very draft was sent: somebody pressed twice."""
        same = models.Q(audience=draft.audience, body=draft.body)
        if draft.nonce:
            known = self.messages.filter(event__facts__nonce=draft.nonce[:40])
            known = known.filter(same | models.Q(sent_at__gt=at - AT_ONCE))
        else:
            lately = models.Q(sent_by=by, sent_at__gt=at - PRESSED_TWICE)
            known = self.messages.filter(same, lately)
        return known.exists()

    def _write_message(
        self: Incident,
        draft: Draft,
        route: MessageRoute,
        event: TimelineEvent,
        to: Recipients,
    ) -> None:
        from incidents import sending

        message = self.messages.create(
            event=event,
            template=draft.template,
            audience=draft.audience,
            route=route,
            contact=to.contact,
            subject=draft.subject,
            body=draft.body,
            is_drill=self.is_drill,
            sent_at=event.at,
            sent_by=event.author,
        )
        if route == MessageRoute.SENT:
            sending.send_out(message, to, now=event.recorded_at)

    def blockers_of_message(self: Incident, draft: Draft) -> list[Blocker]:
        """List what is wrong with a message, whichever way it goes.

        A closed incident is no obstacle: the last word to customers may come late.
        """
        from incidents import sending

        if draft.audience not in AUDIENCES:
            return [Blocker("audience", _("Choose who is told."), "audience")]
        blockers = []
        if draft.template and sending.template_of(self, draft.template) is None:
            sentence = _("The playbook has no such message: choose another one.")
            blockers.append(Blocker("template", sentence, "template"))
        if not draft.body:
            sentence = _("A message needs a text: write what they read.")
            blockers.append(Blocker("text", sentence, "body"))
        if len(draft.body) > sending.LONGEST_BODY:
            sentence = _("The text is too long: at most %s characters.")
            most = f"{sending.LONGEST_BODY:,}"
            blockers.append(Blocker("max_length", sentence % most, "body"))
        if len(draft.subject) > sending.LONGEST_SUBJECT:
            sentence = _("The subject is too long: at most %s characters.")
            most = f"{sending.LONGEST_SUBJECT}"
            blockers.append(Blocker("max_length", sentence % most, "subject"))
        if sending.is_update(self, draft.template):
            blockers += self.blockers_of_promise(draft.audience, draft.next_in)
        return blockers

    def _blockers_of_list(
        self: Incident, draft: Draft, to: Recipients, sure: Collection[str]
    ) -> list[Blocker]:
        from incidents import sending

        if draft.audience not in AUDIENCES:
            return []
        if not to.is_anybody:
            audience = str(AUDIENCES.get(draft.audience, draft.audience))
            return [sending.nobody_reached(audience, self.team)]
        doubts = sending.doubts(self, draft, to)
        return [doubt for doubt in doubts if doubt.code not in sure]


def _said(draft: Draft, route: MessageRoute) -> str:
    words = (
        _("Sent to %(audience)s: %(subject)s")
        if route == MessageRoute.SENT
        else _("Posted by hand to %(audience)s: %(subject)s")
    )
    audience = AUDIENCES.get(draft.audience, draft.audience)
    head = words % {"audience": audience, "subject": draft.subject}
    return f"{head}\n\n{draft.body}"
