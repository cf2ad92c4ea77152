from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class DebriefAdminConfig(AdminConfig):
    default_site = "config.site.DebriefSite"
