"""Posting to chats: what each kind of chat wants, by Apprise, and what it answered.

Nothing is followed elsewhere, nothing private is connected to (`chat_guard.py`), and
the address a contact has is in no error, log or page.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, unquote, urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents import copying
from incidents.chat_guard import guarded, is_known
from incidents.chat_parts import parts_of
from incidents.choices import HookKind
from incidents.mail_errors import Verdict

if TYPE_CHECKING:
    from apprise import NotifyBase

    from incidents.models import Notification

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 10.0
TOO_MANY = 429
REDIRECTS = range(300, 400)
REFUSALS = range(400, 500)
# What Mattermost calls a whole channel together with.
CALLS = re.compile(r"@(?=(?:all|channel|here)\b)", re.IGNORECASE)
# What Apprise is told that a text is; Markdown stays as we wrote it.
FORMATS = dict.fromkeys(HookKind.values) | {str(HookKind.SLACK): "text"}
# Between the parts of a long message: chats take a few posts a second.
PAUSE = 0.5  # seconds
# The status of an answer; ntfy has its own numbers, which begin with it.
STATUS = re.compile(r"error[=:]\s*(\d{3})(?:\d\d)?\b")
BLANK = re.compile(r"[\s\x00-\x1f\x7f\\]")
HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?\.?", re.IGNORECASE)
# The names that ntfy gives to its topics.
TOPIC = re.compile(r"[-_A-Za-z0-9]{1,64}")


class NotAChat(ValueError):
    """An address that this kind of chat does not have; says what is wrong."""


@dataclass(frozen=True)
class Hook:
    """Where to post, and to what kind of chat."""

    kind: str
    parts: SplitResult

    @property
    def host(self) -> str:
        return self.parts.hostname or ""


def hook_of(kind: str, address: str) -> Hook:
    """Read the address of a chat; raises NotAChat with a sentence."""
    try:
        parts = urlsplit(address.strip())
        is_whole = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        is_whole = False
    if not is_whole or parts.scheme not in ("https", "http"):
        raise NotAChat(_("Write the whole address, beginning with https://."))
    hook = Hook(kind, parts)
    if not _is_host(hook.host) or BLANK.search(address.strip()):
        raise NotAChat(_("The address holds signs that no address has: copy it anew."))
    if parts.scheme != "https" and not is_known(hook.host):
        raise NotAChat(_("The address must begin with https://."))
    if parts.username or parts.password:
        raise NotAChat(_("An address with a name or password in it is not taken."))
    _plugin(hook)
    return hook


def _is_host(host: str) -> bool:
    """Say whether this can be the name of a host, or an address of one."""
    try:
        return ":" in host or bool(HOST.fullmatch(host.encode("idna").decode()))
    except UnicodeError:  # such as two dots in a row
        return False


def post(notification: Notification) -> Verdict | None:
    """Post it to its contact's chat; None when the chat took it."""
    contact = notification.contact
    if contact is None or not contact.hook_address:
        words = _("The contact has no chat any more.")
        return Verdict(words, is_final=True)
    try:
        hook = hook_of(contact.hook_kind, contact.hook_address)
        plugin = _plugin(hook)
    except NotAChat as error:
        return Verdict(str(error), is_final=True)
    title, text = _written(hook.kind, notification.subject, notification.text)
    parts, how = parts_of(hook.kind, text), FORMATS[hook.kind]
    posted = 0
    with guarded(hook.host) as guard, _listening() as heard:
        while posted < len(parts) and plugin.notify(
            body=parts[posted], title=title, body_format=how
        ):
            posted += 1
    if posted == len(parts):
        return None
    if guard.refused:
        return Verdict(_refused(hook.host, guard.refused), is_final=True)
    return _after(posted, len(parts), _judge(hook.host, heard.status))


def _after(posted: int, count: int, verdict: Verdict) -> Verdict:
    """Say what of a long message is there already: it is posted again as a whole."""
    if not posted:
        return verdict
    words = _("%(posted)d of %(count)d parts were posted. %(why)s")
    told = {"posted": posted, "count": count, "why": verdict.words}
    return replace(verdict, words=words % told)


def _refused(host: str, where: str) -> str:
    return _(
        "%(host)s leads to %(where)s, a private address, so nothing was sent. If the "
        "host is yours, name it in CHAT_PRIVATE_HOSTS."
    ) % {"host": host, "where": where}


def _judge(host: str, status: int) -> Verdict:
    """Say what an answer means; without one, the chat cannot be reached."""
    if not status:
        return Verdict(_("%s does not answer, or not in time.") % host)
    said = {"host": host, "status": status}
    if status in REDIRECTS:
        words = _("%(host)s answered %(status)s: it sends posts elsewhere, and Debrief")
        return Verdict(f"{words % said} {_('follows nobody.')}", is_final=True)
    is_final = status in REFUSALS and status not in (408, TOO_MANY)
    return Verdict(_("%(host)s answered %(status)s.") % said, is_final=is_final)


def _written(kind: str, subject: str, body: str) -> tuple[str, str]:
    """Write title and text the way this kind of chat reads them."""
    match kind:
        case HookKind.SLACK:
            # Apprise escapes it; in its posts Slack reads no other signs.
            return "", copying.plain(subject, body)
        case HookKind.TEAMS:
            return "", copying.teams(subject, body)
        case HookKind.MATTERMOST:
            return "", CALLS.sub(f"@{copying.JOINER}", copying.teams(subject, body))
    return subject, copying.plain_body(body)


def _plugin(hook: Hook) -> NotifyBase:
    """Make what posts to this hook; raises NotAChat if the address is no such one."""
    # A third of a second of imports, which only the worker and a form need.
    import apprise

    asset = apprise.AppriseAsset(
        app_id="Debrief",
        app_desc="Debrief",
        app_url="",
        image_url_mask=None,
        image_url_logo=None,
        http_redirects=False,
        secure_logging=True,
    )
    usual = {
        "asset": asset,
        "cto": CONNECT_SECONDS,
        "rto": ANSWER_SECONDS,
        "format": "text",
        # It is cut by us: Apprise posts what comes after a part that was refused, too.
        "overflow": "upstream",
    }
    try:
        found = PLUGINS[hook.kind](hook, usual)
    except (apprise.exception.AppriseException, TypeError, KeyError) as error:
        raise NotAChat(str(EXPECTED[hook.kind])) from error
    if found is None:
        raise NotAChat(str(EXPECTED[hook.kind]))
    found.request_rate_per_sec = PAUSE
    return found


def _slack(hook: Hook, usual: dict[str, Any]) -> NotifyBase | None:
    from apprise.plugins.slack import NotifySlack

    read = NotifySlack.parse_native_url(hook.parts.geturl())
    if not read:
        return None
    kept = {name: read[name] for name in SLACK if name in read}
    return NotifySlack(**kept, include_image=False, include_footer=False, **usual)


SLACK = ("mode", "token_a", "token_b", "token_c", "workflow_path")


def _teams(hook: Hook, usual: dict[str, Any]) -> NotifyBase | None:
    from apprise.plugins.workflows import NotifyWorkflows

    read = NotifyWorkflows.parse_native_url(hook.parts.geturl())
    if not read:
        return None
    kept = {name: read[name] for name in TEAMS if read.get(name) is not None}
    return NotifyWorkflows(**kept, include_image=False, **usual)


TEAMS = (
    "host",
    "port",
    "secure",
    "workflow",
    "signature",
    "power_automate",
    "routing_id",
    "version",
)


def _mattermost(hook: Hook, usual: dict[str, Any]) -> NotifyBase | None:
    from apprise.plugins.mattermost import NotifyMattermost

    path, _hooks, token = hook.parts.path.rstrip("/").rpartition("/hooks/")
    if not token or "/" in token:
        return None
    return NotifyMattermost(
        token=unquote(token),
        fullpath=path,
        include_image=False,
        **_place(hook),
        **usual,
    )


def _ntfy(hook: Hook, usual: dict[str, Any]) -> NotifyBase | None:
    from apprise.plugins.ntfy import NotifyNtfy

    topic = unquote(hook.parts.path.strip("/"))
    if not TOPIC.fullmatch(topic):
        return None
    return NotifyNtfy(
        targets=[topic], mode="private", include_image=False, **_place(hook), **usual
    )


def _json(hook: Hook, usual: dict[str, Any]) -> NotifyBase | None:
    from apprise.plugins.custom_json import NotifyJSON

    query = f"?{hook.parts.query}" if hook.parts.query else ""
    # As it was written: read and written anew it could be another address.
    path = f"{hook.parts.path or '/'}{query}"
    return NotifyJSON(fullpath=path, **_place(hook), **usual)


def _place(hook: Hook) -> dict[str, Any]:
    is_ipv6 = ":" in hook.host
    return {
        "host": f"[{hook.host}]" if is_ipv6 else hook.host,
        "port": hook.parts.port,
        "secure": hook.parts.scheme == "https",
    }


PLUGINS: dict[str, Callable[[Hook, dict[str, Any]], NotifyBase | None]] = {
    HookKind.SLACK: _slack,
    HookKind.TEAMS: _teams,
    HookKind.MATTERMOST: _mattermost,
    HookKind.NTFY: _ntfy,
    HookKind.JSON: _json,
}
EXPECTED: dict[str, str | Promise] = {
    HookKind.SLACK: gettext_lazy(
        "That is no incoming webhook of Slack: it begins with "
        "https://hooks.slack.com/services/ and has three parts behind it."
    ),
    HookKind.TEAMS: gettext_lazy(
        "That is no workflow of Microsoft Teams: copy the whole address that the "
        "workflow “Post to a channel when a webhook request is received” shows."
    ),
    HookKind.MATTERMOST: gettext_lazy(
        "That is no incoming webhook of Mattermost: it ends with /hooks/ and a key."
    ),
    HookKind.NTFY: gettext_lazy(
        "That is no topic of ntfy: write its address, like https://ntfy.sh/our-topic."
    ),
    HookKind.JSON: gettext_lazy("That address cannot be posted to."),
}


@dataclass
class Heard:
    """What a plugin said while it posted: the status of the last answer, or 0."""

    status: int = 0


class _Listener(logging.Handler):
    """Hears, for each thread alone, with which status a chat refused a post."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.here = threading.local()

    def emit(self, record: logging.LogRecord) -> None:
        heard: Heard | None = getattr(self.here, "heard", None)
        found = STATUS.search(record.getMessage())
        if heard is not None and found:
            heard.status = int(found[1])


_listener = _Listener()


@contextmanager
def _listening() -> Iterator[Heard]:
    """Hear what the plugins log; it goes no further, since it may name addresses."""
    theirs = logging.getLogger("apprise")
    if _listener not in theirs.handlers:
        theirs.addHandler(_listener)
        theirs.propagate = False
        # They write whole addresses down for those who look for faults.
        theirs.setLevel(logging.WARNING)
        logging.getLogger("urllib3").setLevel(logging.INFO)
    heard = _listener.here.heard = Heard()
    try:
        yield heard
    finally:
        _listener.here.heard = None
