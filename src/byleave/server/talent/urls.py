"""The addresses of talent search."""

from __future__ import annotations

from django.urls import path

from byleave.server.talent import views

urlpatterns = [
    path("people", views.people, name="people"),
    path("people/requests", views.requests, name="requests"),
    path("people/requests/<int:number>/remove", views.remove, name="request-remove"),
    path("people/<str:member_id>/contact", views.contact, name="contact"),
    path("mypreferences/d/found-by-hirers", views.visible, name="visible"),
]
