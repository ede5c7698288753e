"""Texts that try to get a script or a template run."""

from __future__ import annotations

HOSTILE = (
    "<script>window.hacked = 1</script>",
    "<img src=x onerror=window.hacked=1>",
    '"><svg onload=window.hacked=1>',
    "'-window.hacked=1-'",
    "{{ 7|add:7 }}{% now 'Y' %}",
    "{name}{0.__class__}%(x)s",
    "javascript:window.hacked=1",
    "</textarea><script>window.hacked=1</script>",
    "<a href=javascript:window.hacked=1>here</a>",
    "\u202egnirts\u202c &lt;b&gt; &#x3c;script&#x3e;",
    "<!--<img src=--><img src=x onerror=window.hacked=1//>",
    "<math><mi//xlink:href='data:x,<script>window.hacked=1</script>'>",
)
"""What somebody may write into a post, a name or a search to get a script or a template run."""
