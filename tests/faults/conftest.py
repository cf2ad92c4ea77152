"""What breaks real parts takes minutes, and belongs to `.ci/run` and `make faults`."""

from __future__ import annotations

import os

collect_ignore = [] if os.environ.get("FAULTS") else ["test_guards.py"]
