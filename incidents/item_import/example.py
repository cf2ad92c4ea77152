"""A file to begin with, in the columns of an import."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from io import StringIO

from django.utils.translation import gettext as _

# Without it, spreadsheets on Windows read UTF-8 as something else.
BYTE_ORDER_MARK = "\ufeff"
HEADINGS = "title,owner,due,priority,incident,link,kind,horizon,details,status"


def example(today: date) -> str:
    """Write two rows, the second with nothing but what is needed."""
    file = StringIO()
    writer = csv.writer(file)
    writer.writerow(HEADINGS.split(","))
    due = (today + timedelta(days=30)).isoformat()
    title, details = (
        _("Test the restore of the backup"),
        _("Each quarter, by two people"),
    )
    writer.writerow([title, "", due, "P1", "", "", "detect", "short", details, "open"])
    writer.writerow([_("Write down who may restart the queue"), *[""] * 9])
    return BYTE_ORDER_MARK + file.getvalue()
