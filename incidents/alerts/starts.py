"""Mappings to start from, each with a sample of what such a sender sends."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from incidents.choices import SourceKind


@dataclass(frozen=True)
class Start:
    name: str | Promise
    mapping: dict[str, Any]
    sample: dict[str, Any]

    @property
    def sample_text(self) -> str:
        return json.dumps(self.sample, indent=2)


EACH_ALERT: dict[str, Any] = {
    "each": "alerts[*]",
    "key": "fingerprint or labels",
    "title": "annotations.summary or labels.alertname",
    "status": "status",
    "recovered": ["resolved"],
    "ignored": [],
    "severity": "labels.severity",
    "severities": {},
    "summary": "annotations.description or annotations.message",
    "service": "labels.service or labels.job",
    "link": "annotations.runbook_url or generatorURL",
    "started": "startsAt",
}
FIRING = {
    "status": "firing",
    "labels": {
        "alertname": "CheckoutErrors",
        "severity": "critical",
        "service": "Checkout",
    },
    "annotations": {
        "summary": "Checkout fails for EU cards",
        "description": "7 % of payments are refused since the last deployment.",
    },
    "startsAt": "2026-11-21T11:58:30.123456789Z",
    "endsAt": "0001-01-01T00:00:00Z",
    "generatorURL": "https://prometheus.example.com/graph?g0.expr=errors",
    "fingerprint": "c6eadffa33fcdf37",
}
GROUP = {
    "version": "4",
    "groupKey": '{}:{alertname="CheckoutErrors"}',
    "status": "firing",
    "receiver": "debrief",
    "groupLabels": {"alertname": "CheckoutErrors"},
    "commonLabels": {"alertname": "CheckoutErrors", "severity": "critical"},
    "commonAnnotations": {"summary": "Checkout fails for EU cards"},
    "externalURL": "https://alertmanager.example.com",
    "alerts": [FIRING],
}
STARTS: dict[str, Start] = {
    "alertmanager": Start(_("Alertmanager, an incident an alert"), EACH_ALERT, GROUP),
    "alertmanager-groups": Start(
        _("Alertmanager, an incident a group"),
        {
            **EACH_ALERT,
            "each": "",
            "key": "groupKey",
            "title": "commonAnnotations.summary or groupLabels.alertname "
            "or commonLabels.alertname",
            "severity": "commonLabels.severity",
            "summary": "commonAnnotations.description",
            "service": "commonLabels.service or commonLabels.job",
            "link": "commonAnnotations.runbook_url or externalURL",
            "started": "alerts[0].startsAt",
        },
        GROUP,
    ),
    "grafana": Start(
        _("Grafana"),
        {**EACH_ALERT, "link": "panelURL or dashboardURL or generatorURL"},
        {
            **{key: GROUP[key] for key in ("receiver", "status")},
            "orgId": 1,
            "alerts": [
                {
                    **FIRING,
                    "generatorURL": "https://grafana.example.com/alerting/1afz29v7z",
                    "dashboardURL": "",
                    "panelURL": "",
                    "values": {"B": 44.2, "C": 1},
                }
            ],
            "title": "[FIRING:1] CheckoutErrors",
            "state": "alerting",
        },
    ),
    "plain": Start(
        _("Debrief’s own words"),
        {
            "each": "",
            "key": "key",
            "title": "title",
            "status": "status",
            "recovered": ["recovered", "resolved", "ok"],
            "ignored": [],
            "severity": "severity",
            "severities": {},
            "summary": "summary",
            "service": "service",
            "link": "link",
            "started": "started",
        },
        {
            "key": "checkout-errors",
            "title": "Checkout fails for EU cards",
            "status": "firing",
            "severity": "P1",
            "summary": "7 % of payments are refused since the last deployment.",
            "service": "Checkout",
            "link": "https://grafana.example.com/d/checkout",
            "started": "2026-11-21T11:58:30Z",
        },
    ),
    "uptime-kuma": Start(
        _("Uptime Kuma"),
        {
            "each": "",
            "key": "monitor.id or heartbeat.monitorID",
            "title": "monitor.name",
            "status": "heartbeat.status",
            "recovered": ["1"],
            "ignored": ["2", "3"],
            "severity": "",
            "severities": {},
            "summary": "msg or heartbeat.msg",
            "service": "monitor.name",
            "link": "monitor.url",
            "started": "",
        },
        {
            "heartbeat": {"monitorID": 7, "status": 0, "msg": "timeout of 48000ms"},
            "monitor": {"id": 7, "name": "Checkout", "url": "https://shop.example.com"},
            "msg": "[Checkout] [Down] timeout of 48000ms",
        },
    ),
}
OF_KIND: dict[str, Start] = {
    SourceKind.ALERTMANAGER: STARTS["alertmanager"],
    SourceKind.GRAFANA: STARTS["grafana"],
    SourceKind.GENERIC: STARTS["plain"],
}
FOR_KIND: dict[str, tuple[str, ...]] = {
    SourceKind.ALERTMANAGER: ("alertmanager", "alertmanager-groups"),
    SourceKind.GRAFANA: ("grafana",),
    SourceKind.GENERIC: tuple(STARTS),
}
