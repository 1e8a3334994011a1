"""Tables as CSV (RFC 4180) that a spreadsheet reads as text and numbers, never as formulas."""

import csv
import io
from collections.abc import Iterable, Sequence

CSV = "text/csv"
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a cell begins with that a spreadsheet may run, or a tab or a line's end that may hide it."""


def safe_cell(value: object) -> str:
    """A cell as text; one that could become a formula has an apostrophe before it. Nothing is an
    empty cell.
    """
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULAS) else text


def csv_text(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table with its head."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([safe_cell(cell) for cell in head])
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return file.getvalue()
