"""The addresses of the settings. The one of a setting ends as the article's direct link does."""

from __future__ import annotations

from django.urls import path

from byleave.server.centre import views

urlpatterns = [
    path("settings", views.settings, name="settings"),
    path("settings/account", views.account, name="account"),
    path("settings/sign-in", views.security, name="security"),
    path("settings/data-privacy", views.privacy, name="privacy"),
    path("mypreferences/d/settings/<str:name>", views.setting, name="setting"),
    path("mypreferences/d/history", views.history, name="history"),
    path("mypreferences/d/receipts/<int:seq>", views.receipt, name="receipt"),
]
