"""The plug-in for PDFs: it strikes the worker, or the child that it watches."""

from __future__ import annotations

import os
import resource
import signal
import time
from dataclasses import replace as changed
from datetime import timedelta
from typing import Any

from tests.faults.plugin import Fault, Plugin, around

# Of a file of about 30 kB: the limit on its size strikes in the middle.
FEW_BYTES = 8_192
FEW_MEGABYTES = 20


def plug_in(plugin: Plugin, *, margin: float) -> None:
    """Wrap the named functions on the way of a report; `margin` is in seconds."""
    from postmortems import reports

    reports.MARGIN = timedelta(seconds=margin)
    _plug_into_claiming(plugin)
    _plug_into_typesetting(plugin)
    _plug_into_keeping(plugin)


def _plug_into_claiming(plugin: Plugin) -> None:
    from postmortems import reports

    @around(reports, "_claim")
    def _claim(original: Any, report: Any, now: Any) -> Any:
        claimed = original(report, now)
        if claimed:
            plugin.report = f"report:{report.pk}"
            plugin.note("claimed", keys=[plugin.report])
            plugin.pass_by("report: after the claim", [plugin.report])
        return claimed


def _plug_into_typesetting(plugin: Plugin) -> None:
    from postmortems.rendering import typeset

    def kill_child(fault: Fault, keys: list[str]) -> None:
        time.sleep(fault.seconds)
        os.kill(plugin.child, signal.SIGKILL)

    def stop_child(fault: Fault, keys: list[str]) -> None:
        os.kill(plugin.child, signal.SIGSTOP)

    def kill_worker(fault: Fault, keys: list[str]) -> None:
        time.sleep(fault.seconds)
        os.kill(os.getpid(), signal.SIGKILL)

    def starve(fault: Fault, keys: list[str]) -> None:
        plugin.starved = True

    plugin.blows |= {"kill child": kill_child, "stop child": stop_child}
    plugin.blows |= {"kill worker": kill_worker, "starve child": starve}

    @around(typeset, "_watch")
    def _watch(original: Any, process: Any, limits: Any) -> Any:
        plugin.child, plugin.starved = process.pid, False
        plugin.note("child", keys=[plugin.report], child=process.pid)
        plugin.pass_by("report: child at work", [plugin.report])
        if plugin.starved:
            limits = changed(limits, megabytes=FEW_MEGABYTES)
        return original(process, limits)

    plugin.blows["limit files"] = limit_files

    @around(typeset, "_run")
    def _run(original: Any, *args: Any) -> Any:
        plugin.pass_by("report: child begins", [plugin.report])
        try:
            return original(*args)
        finally:
            lift_limit()


def limit_files(fault: Fault, keys: list[str]) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (FEW_BYTES, resource.RLIM_INFINITY))


def lift_limit() -> None:
    none = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    resource.setrlimit(resource.RLIMIT_FSIZE, none)


def _plug_into_keeping(plugin: Plugin) -> None:
    from django.core.files.storage import FileSystemStorage
    from django.db import transaction

    from postmortems.models import Report

    @around(FileSystemStorage, "save")
    def _save(original: Any, *args: Any, **kwargs: Any) -> Any:
        plugin.pass_by("report: file begins", [plugin.report])
        try:
            name = original(*args, **kwargs)
        finally:
            lift_limit()
        plugin.pass_by("report: file is there", [plugin.report])
        return name

    @around(Report, "finish")
    def _finish(original: Any, report: Any, *args: Any, **kwargs: Any) -> Any:
        with transaction.atomic():
            finished = original(report, *args, **kwargs)
            plugin.pass_by("report: before the commit", [plugin.report])
        plugin.note("settled", keys=[plugin.report], finished=bool(finished))
        return finished

    @around(Report, "fail")
    def _fail(original: Any, report: Any, *args: Any, **kwargs: Any) -> Any:
        failed = original(report, *args, **kwargs)
        plugin.note("settled", keys=[f"report:{report.pk}"], finished=False)
        return failed
