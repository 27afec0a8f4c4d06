"""The mistakes of an import as people find them in their file."""

import csv
from collections.abc import Iterable, Mapping
from io import StringIO
from typing import Any

FIRST_LINE = 1
"""The engine counts rows; a file has a line before the first, which names the columns."""


def as_csv(mistakes: Iterable[Mapping[str, Any]]) -> str:
    """Line (of the file), field, code, detail: nothing of what stands there."""
    out = StringIO()
    table = csv.writer(out)
    table.writerow(("line", "field", "code", "detail"))
    table.writerows((one["line"] + FIRST_LINE, one["field"], one["code"], one["detail"]) for one in mistakes)
    return out.getvalue()
