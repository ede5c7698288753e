"""Tables in Markdown that can be read in a terminal as they are."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Table:
    """Rows of text under headings; all columns but the first are aligned to the right unless `left` says otherwise."""

    headings: list[str]
    left: bool = False
    rows: list[list[str]] = field(default_factory=list)

    def add(self, row: list[str]) -> None:
        """Add a row."""
        assert len(row) == len(self.headings)
        self.rows.append(row)

    def __str__(self) -> str:
        """Markdown."""
        widths = [max(map(len, column)) for column in zip(self.headings, *self.rows, strict=True)]
        right = [bool(index) and not self.left for index in range(len(widths))]
        rule = [("-" * (width - 1) + ":") if end else "-" * width for width, end in zip(widths, right, strict=True)]
        return "\n".join(self._line(row, widths, right) for row in [self.headings, rule, *self.rows])

    @staticmethod
    def _line(row: list[str], widths: list[int], right: list[bool]) -> str:
        cells = [
            cell.rjust(width) if end else cell.ljust(width) for cell, width, end in zip(row, widths, right, strict=True)
        ]
        return f"| {' | '.join(cells)} |"


def count(number: float) -> str:
    """A whole number with thousands apart."""
    return f"{round(number):,}"
