"""From a post-mortem to a PDF: the words, the page, and the child that sets it."""

from __future__ import annotations
