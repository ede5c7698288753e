"""The addresses of the small platform."""

from __future__ import annotations

from django.urls import path

from byleave.server.feed import views

urlpatterns = [
    path("", views.feed, name="feed"),
    path("posts", views.publish, name="post"),
    path("posts/check", views.check, name="check"),
    path("posts/rewrite", views.rewrite, name="rewrite"),
    path("posts/take", views.take, name="take"),
    path("posts/<path:item_id>", views.one_post, name="one-post"),
    path("in/<str:member_id>", views.profile, name="profile"),
    path("search", views.search, name="search"),
]
