"""The addresses of the settings. The one of a setting ends as the article's direct link does."""

from __future__ import annotations

from django.urls import path

from byleave.server.centre import applies, archive_page, check_up, used, views

urlpatterns = [
    path("what-applies", applies.applies, name="what-applies"),
    path("mypreferences/d/check-up", check_up.check_up, name="check-up"),
    path("mypreferences/d/check-up/leave-out", check_up.leave_out, name="leave-out"),
    path("mypreferences/d/used", used.used, name="used"),
    path("mypreferences/d/used.json", used.used_json, name="used-json"),
    path("mypreferences/d/used.csv", used.used_csv, name="used-csv"),
    path("mypreferences/d/used/<int:seq>/certificate", used.used_certificate, name="used-certificate"),
    path("check-an-archive", archive_page.archive, name="archive"),
    path("settings", views.settings, name="settings"),
    path("settings/account", views.account, name="account"),
    path("settings/sign-in", views.security, name="security"),
    path("settings/data-privacy", views.privacy, name="privacy"),
    path("mypreferences/d/settings/<str:name>", views.setting, name="setting"),
    path("mypreferences/d/history", views.history, name="history"),
    path("mypreferences/d/receipts/<int:seq>", views.receipt, name="receipt"),
]
