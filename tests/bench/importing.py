"""What bringing 10,000 action items costs: by the worker, with progress, and shown."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.utils import timezone

from incidents.item_import import jobs
from incidents.models import ActionItem, Incident, ItemImport, Profile, Team
from incidents.permissions import RESPONDERS
from tests.bench.playbooks import Budget

ROWS = 10_000
MOST_SECONDS = 120
NAMED_INCIDENTS = 500
# How often the page of a person who waits is asked for.
EVERY = 0.1
# Progress that moves only at the end is none.
FEWEST_STEPS = 5


def importing() -> list[Budget]:
    """Bring a file as somebody would, with a worker's thread beside the page."""
    by = bringer()
    team = Team.objects.create(name="Bringers")
    file = jobs.upload(
        content(by).encode(), name="items.csv", team=team, by=by, at=timezone.now()
    )
    client = Client(SERVER_NAME="localhost")
    client.force_login(by, backend="incidents.backends.GroupBackend")
    checked, seen = watched(file)
    client.get(file.get_absolute_url())  # loads the templates
    began = time.monotonic()
    page = client.get(file.get_absolute_url(), {"p": "150"})
    shown = time.monotonic() - began
    if f"{ROWS:,} action items will" not in page.content.decode():
        raise SystemExit("The preview does not show every row.")
    jobs.confirm(ItemImport.objects.get(pk=file.pk), leave_twins=True)
    imported, steps = watched(file)
    if ActionItem.objects.filter(created_by=by).count() != ROWS:
        raise SystemExit("Not every row became an item.")
    title = f"{ROWS:,} action items from a file"
    return [
        Budget(f"{title}, checked", checked, MOST_SECONDS, "s"),
        Budget(f"{title}, one page of the preview", shown, 2, "s"),
        Budget(f"{title}, imported", imported, MOST_SECONDS, "s"),
        Budget(
            "steps of progress missing", max(FEWEST_STEPS - min(seen, steps), 0), 0, ""
        ),
    ]


def watched(file: ItemImport) -> tuple[float, int]:
    """Let a worker work the file; give the seconds, and the steps a page could show."""
    steps = set()
    began = time.monotonic()
    with worker() as is_done:
        while not is_done.wait(EVERY):
            steps.add(ItemImport.objects.values_list("done", flat=True).get(pk=file.pk))
    return time.monotonic() - began, len(steps)


@contextmanager
def worker() -> Iterator[Event]:
    """Work what waits, in a thread with a connection of its own."""
    is_done = Event()

    def work(task: Callable[[], int]) -> None:
        try:
            task()
        finally:
            connection.close()
            is_done.set()

    thread = Thread(target=work, args=[jobs.work_waiting])
    thread.start()
    yield is_done
    thread.join()


def bringer() -> User:
    email = "bringer@bench.localhost"
    user = User.objects.create_user(email, email, first_name="Bringer", is_staff=True)
    user.groups.add(Group.objects.get(name=RESPONDERS))
    Profile.objects.create(user=user)
    return user


def content(by: User) -> str:
    """Write rows of many incidents and of none, dated and left to the rule."""
    seen = Incident.objects.visible_to(by).order_by("-declared_at")
    references = list(seen.values_list("reference", flat=True)[:NAMED_INCIDENTS])
    today = timezone.localdate()
    lines = ["title,owner,due,priority,incident,link,details"]
    for n in range(ROWS):
        incident = references[n % len(references)] if n % 3 and references else ""
        due = today + timedelta(days=n % 90) if n % 2 else ""
        link = f"https://tracker.example/browse/OPS-{n}"
        rest = f"P{n % 4},{incident},{link},What one has to know of {n}"
        lines.append(f"Brought along {n},{by.email if n % 5 else ''},{due},{rest}")
    return "\n".join(lines)
