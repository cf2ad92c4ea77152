"""A message too long for one post goes as several, each as large as the chat takes."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import pytest
import requests
from apprise.plugins.slack import NotifySlack

from incidents import chat
from incidents.sending import LONGEST_BODY
from tests.incidents.test_chat import SLACK, TEAMS, posted

# As chats count it: what a post says, and how much of it they take.
MOST = {
    "slack": (lambda body: len(said(body)), 40_000),
    "teams": (lambda body: len(json.dumps(body)), 28 * 1024),
    "mattermost": (lambda body: len(said(body)), 16_383),
    "ntfy": (lambda body: len(said(body).encode()), 4_096),
}
WORDS = {
    "of our letters": "word ",
    "of others": "слово ",
    "of signs": "a_b*c&d<e ",
    "of one line": "x" * 50,
}


def said(body) -> str:
    if "attachments" not in body:
        return body.get("text") or body["message"]
    [shown] = body["attachments"]
    return shown["text"] if "text" in shown else shown["content"]["body"][0]["text"]


@pytest.fixture
def addresses(chat_server, settings, monkeypatch) -> dict[str, str]:
    """Let Slack and Teams, whose hosts are fixed, be our server as well."""
    settings.CHAT_PRIVATE_HOSTS.extend(["hooks.slack.com", urlsplit(TEAMS).hostname])
    monkeypatch.setattr(NotifySlack, "webhook_url", chat_server.base)
    monkeypatch.setattr(chat, "PAUSE", 0.0)
    send = requests.post

    def to_us(url, **how):
        return send(chat_server.base + urlsplit(url).path, **how)

    monkeypatch.setattr("apprise.plugins.workflows.requests.post", to_us)
    return {
        "slack": SLACK,
        "teams": TEAMS,
        "mattermost": f"{chat_server.base}/hooks/abc123def456",
        "ntfy": f"{chat_server.base}/our-topic",
    }


@pytest.mark.parametrize("kind", MOST)
@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_nothing_of_a_long_message_is_lost(chat_server, addresses, kind, words):
    text = f"{words * ((LONGEST_BODY - 10) // len(words))} the end"
    weigh, most = MOST[kind]

    assert posted(kind, addresses[kind], text=text) is None

    parts = [said(body) for _path, body in chat_server.posts]
    assert max(weigh(body) for _path, body in chat_server.posts) <= most
    seen = "".join(parts)
    assert sum(seen.count(each) for each in "wсax") >= sum(
        text.count(each) for each in "wсax"
    )
    assert parts[-1].rstrip().endswith("the end")
    assert all(
        part.startswith(f"({number}/{len(parts)}) ")
        for number, part in enumerate(parts[1:], start=2)
    )


def test_a_message_of_usual_length_is_one_post(chat_server, addresses):
    for address in addresses.items():
        assert posted(*address, text="word " * 700) is None

    assert len(chat_server.posts) == len(addresses)


def test_a_part_that_is_refused_is_told_and_none_is_posted_after_it(
    chat_server, addresses
):
    chat_server.answers = [200, 503]

    verdict = posted("ntfy", addresses["ntfy"], text="word " * 1_900)

    assert verdict.words == "1 of 3 parts were posted. 127.0.0.1 answered 503."
    assert not verdict.is_final
    assert len(chat_server.posts) == 2
