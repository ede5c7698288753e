"""The addresses of notices."""

from __future__ import annotations

from django.urls import path

from byleave.server.notices import views

urlpatterns = [
    path("notices", views.every, name="notices"),
    path("notices/<str:name>/<str:version>", views.one, name="notice"),
    path("notices/<str:name>/<str:version>/seen", views.seen, name="notice-seen"),
]
