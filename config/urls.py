from __future__ import annotations

from django.contrib import admin
from django.urls import path
from django.views.generic import RedirectView

from config import views
from config.acknowledge_link import AcknowledgeLinkView
from config.feed import feed
from config.health import healthz, readyz
from config.hooks import hook
from config.item_link import ItemLinkStepView, ItemLinkView

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
    path("healthz/", healthz, name="healthz"),
    path("readyz/", readyz, name="readyz"),
    path("welcome/", views.FirstStartView.as_view(), name="first_start"),
    path(
        "invitation/<uidb64>/<token>/",
        views.InvitationView.as_view(),
        name="invitation",
    ),
    path("forgotten/", views.ForgottenView.as_view(), name="password_forgotten"),
    path(
        "forgotten/sent/",
        views.ForgottenSentView.as_view(),
        name="password_forgotten_sent",
    ),
    path(
        "forgotten/<uidb64>/<token>/",
        views.PasswordResetView.as_view(),
        name="password_reset",
    ),
    path("reminder/<str:token>/", ItemLinkView.as_view(), name="item_link"),
    path(
        "reminder/<str:token>/<slug:verb>/",
        ItemLinkStepView.as_view(),
        name="item_link_do",
    ),
    path(
        "acknowledge/<str:token>/",
        AcknowledgeLinkView.as_view(),
        name="acknowledge_link",
    ),
    path("feed/<str:token>.ics", feed, name="feed"),
    path("hooks/", hook, name="hook_bearer"),
    path("hooks/<str:token>/", hook, name="hook"),
    path("admin/", admin.site.urls),
]
