from __future__ import annotations

from django.contrib.admin import AdminSite
from django.utils.translation import gettext_lazy as _


class DebriefSite(AdminSite):
    """The admin is the product; its index is the lead's page."""

    site_header = _("Debrief")
    site_title = _("Debrief")
    index_title = _("Now")
    enable_nav_sidebar = True
