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
    "OUTBOX_LEASE_SECONDS",
    "INVITATION_DAYS",
    "RECORD_AFTER_HOURS",
    "PDF_SECONDS",
    "PDF_MEGABYTES",
)
SCHEMES = {
    "DATABASE_URL": ("postgres", "postgresql", "sqlite"),
    "REDIS_URL": ("redis", "rediss"),
    "EMAIL_URL": ("smtp", "smtp+tls", "smtp+ssl"),
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
    for name in WHOLE_NUMBERS:
        text = environ.get(name, "")
        if text and not (text.isdecimal() and int(text)):
            return f"{name}={text} cannot be read: give a whole number above zero."
    return ""


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
