"""The addresses of the desk. Every view says which role may open it."""

from __future__ import annotations

from django.urls import path

from byleave.server.desk import (
    built,
    by_post,
    case_page,
    choices,
    copies,
    deeds,
    effect,
    notices,
    policies,
    queue,
    readdressing,
    report,
    taking_back,
    trail,
)

urlpatterns = [
    path("", queue.queue, name="desk"),
    path("search", queue.searched, name="desk-search"),
    path("by-post", by_post.by_post, name="desk-by-post"),
    path("by-post/appeal", by_post.find_refused, name="desk-by-post-appeal"),
    path("cases.csv", queue.queue_csv, name="desk-cases-csv"),
    path("policies", policies.policies, name="desk-policies"),
    path("choices", choices.choices, name="desk-choices"),
    path("choices.csv", choices.choices_csv, name="desk-choices-csv"),
    path("notices", notices.notices, name="desk-notices"),
    path("effect", effect.effect, name="desk-effect"),
    path("snapshots", built.snapshots, name="desk-snapshots"),
    path("snapshots/<str:name>", built.snapshot, name="desk-snapshot"),
    path("copies", copies.copies, name="desk-copies"),
    path("report", report.report, name="desk-report"),
    path("trail", trail.trail, name="desk-trail"),
    path("trail.csv", trail.trail_csv, name="desk-trail-csv"),
    path("records/<int:seq>", trail.record, name="desk-record"),
    path("cases/<path:case>/take-up", deeds.take_up, name="desk-take-up"),
    path("cases/<path:case>/extend", deeds.extend, name="desk-extend"),
    path("cases/<path:case>/uphold", deeds.uphold, name="desk-uphold"),
    path("cases/<path:case>/refuse", deeds.refuse, name="desk-refuse"),
    path("cases/<path:case>/review", deeds.review, name="desk-review"),
    path("cases/<path:case>/send", deeds.send, name="desk-send"),
    path("cases/<path:case>/address", deeds.address, name="desk-address"),
    path("cases/<path:case>/take-back", taking_back.take_back, name="desk-take-back"),
    path("cases/<path:case>/readdress", readdressing.readdress, name="desk-readdress"),
    path("cases/<path:case>/texts", deeds.texts, name="desk-texts"),
    path("cases/<path:case>/appeal", by_post.appeal, name="desk-appeal"),
    path("cases/<path:case>/print", case_page.printed, name="desk-print"),
    path("cases/<path:case>/letter.txt", case_page.letter_text, name="desk-letter"),
    path("cases/<path:case>", case_page.case, name="desk-case"),
]
