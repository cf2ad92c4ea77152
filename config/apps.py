from __future__ import annotations

from django.contrib.admin.apps import AdminConfig
from django.core.checks import register


class DebriefAdminConfig(AdminConfig):
    default_site = "config.site.DebriefSite"

    def ready(self) -> None:
        from config.checks import check_configuration

        super().ready()
        register(check_configuration, "debrief")
