"""What chats are sent, what they may answer, and whom Debrief does not connect to."""

from __future__ import annotations

import logging
import socket

import pytest
from apprise.plugins.slack import NotifySlack

from incidents import chat
from incidents.chat_guard import is_public
from incidents.models import Contact, Notification

SLACK = "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
TEAMS = (
    "https://prod-1.westus.logic.azure.com:443/workflows/"
    "643e69f83c8944438d68119179a10a64/triggers/manual/paths/invoke"
    "?api-version=2016-06-01&sp=x&sv=1.0&sig=KODuebWbDGYFr0z0eu-6Rj8aUKz7108W"
)
TEXT = "# Now\n- paying **fails** for <!channel> & @channel"


def posted(kind, address, subject="Checkout fails", text=TEXT):
    contact = Contact(name="War room", hook_kind=kind, hook_address=address)
    return chat.post(Notification(subject=subject, text=text, contact=contact))


def test_slack_is_sent_escaped_text_and_calls_nobody(
    chat_server, settings, monkeypatch
):
    settings.CHAT_PRIVATE_HOSTS = ["hooks.slack.com"]
    monkeypatch.setattr(NotifySlack, "webhook_url", chat_server.base)

    assert posted("slack", SLACK) is None

    [(path, body)] = chat_server.posts
    said = body["attachments"][0]["text"]
    assert path.endswith("/TIiajkdnlazkcOXrIdevi7FQ")
    assert said.startswith("Checkout fails\n")
    assert "- paying fails for &lt;!channel&gt; &amp; @channel" in said


def test_mattermost_is_sent_markdown_and_calls_nobody(chat_server):
    assert posted("mattermost", f"{chat_server.base}/chat/hooks/abc123def456") is None

    [(path, body)] = chat_server.posts
    assert path == "/chat/hooks/abc123def456"
    assert body["text"].startswith("**Checkout fails**")
    assert "- paying **fails** for &lt;!channel> &amp; @\u2060channel" in body["text"]


def test_ntfy_is_sent_topic_title_and_plain_text(chat_server):
    assert posted("ntfy", f"{chat_server.base}/our-topic") is None

    [(_path, body)] = chat_server.posts
    assert (body["topic"], body["title"]) == ("our-topic", "Checkout fails")
    assert body["message"].startswith("Now\n- paying fails")


def test_json_is_sent_to_its_whole_address(chat_server):
    address = "/in%2Fhere/?key=1&to=a%2Bb&to=c"
    assert posted("json", f"{chat_server.base}{address}") is None

    [(path, body)] = chat_server.posts
    assert path == address
    assert (body["title"], body["message"][:3]) == ("Checkout fails", "Now")


def test_teams_is_sent_a_card():
    card = chat._plugin(chat.hook_of("teams", TEAMS)).gen_payload("**Now**", "")

    [attachment] = card["attachments"]
    assert attachment["content"]["body"][0]["text"] == "**Now**"


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("slack", "https://example.com/services/A/B/C"),
        ("teams", "https://example.com/hook"),
        ("mattermost", "https://chat.example.com/channels/town"),
        ("ntfy", "https://ntfy.sh/"),
        ("ntfy", "https://ntfy.sh/our+topic"),
        ("ntfy", "https://ntfy.sh/über-uns"),
        ("json", "http://chat.example.com/in"),
        ("json", "https://me:secret@chat.example.com/in"),
        ("json", "chat.example.com/in"),
        ("json", "https://[::1"),
        ("json", "https://example.com:99999/in"),
        ("json", "https://chat..example.com/in"),
        ("json", "https://chat example.com/in"),
        ("json", "https://chat.example.com/in out"),
        ("json", "https://-/in"),
    ],
)
def test_an_address_of_another_kind_is_not_taken(kind, address):
    with pytest.raises(chat.NotAChat):
        chat.hook_of(kind, address)


@pytest.mark.parametrize(
    "address",
    ["https://bücher.example/in", "https://[2606:2800:220:1::1]:8443/in?key=%20"],
)
def test_an_address_that_others_read_is_taken(address):
    assert chat.hook_of("json", address).parts.geturl() == address


@pytest.mark.parametrize(
    ("status", "is_final"), [(404, True), (410, True), (429, False), (503, False)]
)
def test_a_refusal_is_told_by_host_and_status(chat_server, status, is_final):
    chat_server.answers = [status]

    verdict = posted("json", f"{chat_server.base}/secret-path")

    assert verdict.words == f"127.0.0.1 answered {status}."
    assert verdict.is_final is is_final


def test_a_number_of_ntfys_own_is_told_as_the_status_it_begins_with(chat_server):
    chat_server.answers = [403]
    chat_server.says = b'{"code": 40301, "http": 403, "error": "forbidden"}'

    verdict = posted("ntfy", f"{chat_server.base}/our-topic")

    assert verdict.words == "127.0.0.1 answered 403."
    assert verdict.is_final


def test_a_redirect_is_not_followed(chat_server):
    chat_server.answers, chat_server.location = [302], f"{chat_server.base}/evil"

    verdict = posted("json", f"{chat_server.base}/in")

    assert verdict.is_final
    assert "follows nobody" in verdict.words
    assert [path for path, _body in chat_server.posts] == ["/in"]


@pytest.mark.allow_hosts(["127.0.0.1", "10.0.0.7"])
@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.7"])
def test_a_private_address_is_refused(settings, host):
    settings.CHAT_PRIVATE_HOSTS = []

    verdict = posted("json", f"https://{host}/secret-path")

    assert verdict.is_final
    assert f"{host} leads to {host}, a private address" in verdict.words
    assert "CHAT_PRIVATE_HOSTS" in verdict.words


def test_a_name_that_leads_to_a_private_address_is_refused(
    chat_server, settings, monkeypatch
):
    """It counts what is connected to, however innocent the name is."""
    settings.CHAT_PRIVATE_HOSTS = []
    port = chat_server.server_address[1]
    where = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [where])

    verdict = posted("json", "https://chat.example.com/in")

    assert "chat.example.com leads to 127.0.0.1" in verdict.words
    assert chat_server.posts == []


def test_the_address_of_a_chat_is_not_logged(chat_server, settings, caplog):
    caplog.set_level(logging.DEBUG)
    chat_server.answers = [500]

    posted("json", f"{chat_server.base}/secret-path")

    assert "secret-path" not in caplog.text


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
        "/run/chat.sock",
    ],
)
def test_these_belong_to_no_open_network(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1"])
def test_these_do(address):
    assert is_public(address)
