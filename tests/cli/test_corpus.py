"""`byleave corpus diversity`, as it is typed."""

from __future__ import annotations

import json
import random
import re
from typing import TYPE_CHECKING

from tests.gate.scene import byleave

if TYPE_CHECKING:
    from pathlib import Path


def test_before_and_after(tmp_path: Path) -> None:
    """`M16` AI-written copies flood the second month; what is let in has none, in numbers, in words and on the page."""
    draw, rows = random.Random(1), []
    words = [f"word{number}" for number in range(300)]
    for number in range(40):
        text = " ".join(draw.choices(words, k=20))
        rows.append({"item_id": f"a{number}", "created_at": "2026-01-05T00:00:00Z", "ai_written": False, "text": text})
        rows.append(
            {"item_id": f"b{number}", "created_at": "2026-02-05T00:00:00Z", "ai_written": False, "text": text[::-1]}
        )
        copy = {
            "item_id": f"c{number}",
            "created_at": "2026-02-06T00:00:00Z",
            "ai_written": True,
            "text": f"{text} new",
        }
        rows.append(copy)
    rows.append({**rows[0], "item_id": "d", "created_at": "yesterday"})
    (tmp_path / "items.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    told = byleave("corpus", "diversity", "items.jsonl", "--json", "--html", "page.html", cwd=tmp_path)
    plain = byleave("corpus", "diversity", "items.jsonl", "--by", "year", cwd=tmp_path)
    again = byleave("corpus", "diversity", "items.jsonl", "--html", "page.html", cwd=tmp_path)
    found = json.loads(told.stdout)
    page = (tmp_path / "page.html").read_text(encoding="utf-8")

    assert [(one["period"], one["ai_share"]) for one in found["before"]] == [("2026-01", 0), ("2026-02", 0.5)]
    assert found["before"][1]["near_copy_share"] > 0.4
    assert [(one["items"], one["ai_share"], one["near_copies"]) for one in found["after"]] == [(40, 0, 0)] * 2
    assert found["unreadable"] == 1
    assert page.count('role="img"') == 3
    assert len(re.findall("<tr>", page)) == 5
    assert "2026     all" in plain.stdout
    assert (again.returncode, "exists" in again.stderr) == (1, True)
