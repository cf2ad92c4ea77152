"""The program that turns HTML on its standard input into a PDF.

It runs apart from Debrief, with an empty environment, and knows nothing of it: only
WeasyPrint and the standard library. How it ended is its exit code.
"""

from __future__ import annotations

import errno

# Exit codes that `typeset` knows how to explain.
NO_LIBRARIES = 11
NO_MEMORY = 12
TOO_DEEP = 13
REFUSED = 14
NO_SPACE = 15

DISK_IS_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# The folder beside the PDF in which pictures lie.
PICTURES = "pictures"
