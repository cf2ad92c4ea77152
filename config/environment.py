"""What must be right in the environment before anything starts.

Each finding is one sentence that names the variable and the remedy.
"""

from __future__ import annotations

from collections.abc import Mapping
from ctypes.util import find_library
from urllib.parse import urlsplit

LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1"}
SHORTEST_SECRET = 50
FEWEST_CHARACTERS = 5
PDF_LIBRARIES = ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset")
WHOLE_NUMBERS = (
    "EMAIL_TIMEOUT",
    "OUTBOX_CONNECTIONS",
    "OUTBOX_GIVE_UP_SECONDS",
    "OUTBOX_KEEP_DAYS",
    "OUTBOX_LEASE_SECONDS",
    "INVITATION_DAYS",
    "RECORD_AFTER_HOURS",
    "PDF_SECONDS",
    "PDF_MEGABYTES",
)
# Zero stands for no limit.
LIMITS = ("OUTBOX_PER_MINUTE",)
# Waits after the first, second, … failure, in seconds.
WAITS = ("BREAKER_SECONDS", "OUTBOX_BACK_OFF_SECONDS")
WORDS = {
    "LOG_FORMAT": ("line", "json"),
    "LOG_LEVEL": ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"),
}
SCHEMES = {
    "DATABASE_URL": ("postgres", "postgresql", "sqlite"),
    "REDIS_URL": ("redis", "rediss"),
    "EMAIL_URL": ("smtp", "smtp+tls", "smtp+ssl"),
    "DEAD_MANS_SWITCH_URL": ("http", "https"),
}
MAKE_ONE = (
    "python3 -c 'import secrets; print(secrets.token_urlsafe(50))' prints a good one"
)


def is_local(site_url: str) -> bool:
    """Say whether people reach this site on their own machine, by plain http."""
    parts = urlsplit(site_url)
    return parts.scheme == "http" and parts.hostname in LOCAL_HOSTS


def missing_pdf_libraries() -> list[str]:
    """Name the system's libraries without which there are no PDFs."""
    return [name for name in PDF_LIBRARIES if not find_library(name)]


def broken_values(environ: Mapping[str, str]) -> str:
    """Return a sentence about the first value that cannot be read, or nothing."""
    for name, schemes in SCHEMES.items():
        scheme = environ.get(name, "").partition("://")[0]
        if scheme and scheme not in schemes:
            wanted = " or ".join(f"{known}://" for known in schemes)
            return f"{name} cannot be read: it begins with {wanted}."
    for name, words in WORDS.items():
        if environ.get(name, words[0]) not in ("", *words):
            return f"{name}={environ[name]} is unknown: give {' or '.join(words)}."
    return _broken_numbers(environ)


def _broken_numbers(environ: Mapping[str, str]) -> str:
    for name in (*WHOLE_NUMBERS, *LIMITS, *WAITS):
        text = environ.get(name, "")
        parts = text.split(",") if name in WAITS else [text]
        may_be_zero = name in LIMITS
        if text and not all(_is_number(part, may_be_zero) for part in parts):
            wanted = "whole numbers" if name in WAITS else "a whole number"
            above = "zero or more" if may_be_zero else "above zero"
            commas = ", with commas between them" if name in WAITS else ""
            return f"{name}={text} cannot be read: give {wanted} {above}{commas}."
    return ""


def _is_number(text: str, may_be_zero: bool) -> bool:
    return text.isascii() and text.isdecimal() and (may_be_zero or int(text) > 0)


def broken_settings(secret: str, hosts: list[str], site_url: str) -> str:
    """Return the first reason not to start as a sentence, or an empty string."""
    return (
        _broken_secret(secret) or _broken_hosts(hosts) or _broken_site(site_url, hosts)
    )


def _broken_secret(secret: str) -> str:
    if not secret:
        return f"SECRET_KEY is missing: set it to a long random text ({MAKE_ONE})."
    weak = (
        len(secret) < SHORTEST_SECRET
        or len(set(secret)) < FEWEST_CHARACTERS
        or secret.startswith("django-insecure")
    )
    if weak:
        return (
            f"SECRET_KEY is weak: use at least {SHORTEST_SECRET} random characters "
            f"({MAKE_ONE})."
        )
    return ""


def _broken_hosts(hosts: list[str]) -> str:
    if not hosts:
        return (
            "ALLOWED_HOSTS is missing: name the host people type, "
            "such as ALLOWED_HOSTS=debrief.example.com."
        )
    if "*" in hosts:
        return (
            "ALLOWED_HOSTS must not be '*': name the hosts people type, "
            "separated by commas."
        )
    return ""


def _broken_site(site_url: str, hosts: list[str]) -> str:
    example = "such as SITE_URL=https://debrief.example.com."
    if not site_url:
        return (
            f"SITE_URL is missing: set the address that links in mails use, {example}"
        )
    parts = urlsplit(site_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return f"SITE_URL is not a web address: give scheme and host, {example}"
    if parts.scheme == "http" and parts.hostname not in LOCAL_HOSTS:
        return f"SITE_URL must be https unless it is on localhost, {example}"
    if not _covers(hosts, parts.hostname):
        return (
            f"SITE_URL names {parts.hostname}, which ALLOWED_HOSTS does not list: "
            "add it there."
        )
    return ""


def _covers(hosts: list[str], host: str) -> bool:
    return any(
        host == allowed or (allowed.startswith(".") and host.endswith(allowed))
        for allowed in hosts
    )
