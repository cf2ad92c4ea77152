"""Links by mail that act as the one they were written to, under our signature.

The address itself names a row and a person, and is good for a while. Each purpose has
a salt of its own, so that a link for one never opens another.
"""

from __future__ import annotations

import re
from datetime import timedelta
from functools import cached_property

from django.conf import settings
from django.contrib.auth.models import User
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.urls import reverse

PLACE = "TOKEN"


class Expired(Exception):
    """A link that we signed, but too long ago."""


class Damaged(Exception):
    """An address that was never signed by us as it is."""


class SignedLinks:
    """The links of one purpose: the page they open, and the plain one of their row."""

    def __init__(
        self, salt: str, *, route: str, plain_route: str, good_for: timedelta
    ) -> None:
        self._salt, self._route, self._plain_route = salt, route, plain_route
        self._good_for = good_for

    def to(self, row: int, person: User) -> str:
        """Give the whole address that opens a row for a person."""
        token = self._signer.sign(f"{row}-{person.pk}")
        return f"{settings.SITE_URL}{self._path.replace(PLACE, token)}"

    def read(self, token: str) -> tuple[int, User]:
        """Give the key of the row, and the person; raises Expired or Damaged."""
        try:
            signed = self._signer.unsign(token, max_age=self._good_for)
        except SignatureExpired as error:
            raise Expired from error
        except BadSignature as error:
            raise Damaged from error
        row, person = map(int, signed.split("-"))
        reader = User.objects.select_related("profile").filter(pk=person).first()
        if reader is None:
            raise Damaged
        return row, reader

    def without_signatures(self, words: str) -> str:
        """Turn the links of a mail into plain ones, for whoever else may read it."""
        return self._signed.sub(
            lambda link: reverse(self._plain_route, args=[link[1]]), words
        )

    @cached_property
    def _path(self) -> str:
        """Give the path with a place for the token; a digest has many of them."""
        return reverse(self._route, args=[PLACE])

    @cached_property
    def _signed(self) -> re.Pattern[str]:
        signed = r"(\d+)-\d+\.[\w-]+\.[\w-]+"
        return re.compile(signed.join(map(re.escape, self._path.split(PLACE))))

    @property
    def _signer(self) -> TimestampSigner:
        # Neither "." nor what stands between needs quoting in an address.
        return TimestampSigner(salt=self._salt, sep=".")
