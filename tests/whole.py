"""How much of the long lines is tried: a part by `make test`, all of it elsewhere."""

from __future__ import annotations

import os

# `make full`: everything.
FULL = bool(os.environ.get("FULL"))
# The second suite of `.ci/run`, on PostgreSQL: what a browser does by hand, too.
BY_HAND = FULL or bool(os.environ.get("DATABASE_URL"))
