"""The addresses of the form and of the cases."""

from __future__ import annotations

from django.urls import path

from byleave.server.objections import case_views, own_views, views

_CASE = "objection/<str:reference>/<str:secret>"

urlpatterns = [
    path("objection", views.objection, name="objection"),
    path("objection/confirm/<str:reference>/<str:secret>", case_views.confirm, name="objection-confirm"),
    path(_CASE, case_views.case, name="objection-case"),
    path(f"{_CASE}/again", case_views.again, name="objection-again"),
    path(f"{_CASE}/take-back", case_views.take_back, name="objection-take-back"),
    path(f"{_CASE}/appeal", case_views.appeal, name="objection-appeal"),
    path(f"{_CASE}/receipt/<int:seq>", case_views.receipt, name="objection-receipt"),
    path("settings/objections", own_views.every, name="objections"),
    path("settings/objections/<str:reference>", own_views.case, name="own-objection"),
    path("settings/objections/<str:reference>/take-back", own_views.take_back, name="own-objection-take-back"),
    path("settings/objections/<str:reference>/appeal", own_views.appeal, name="own-objection-appeal"),
]
