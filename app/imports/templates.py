"""A file to begin with, for each kind: its columns, and one line that shows how they are filled."""

import csv
from io import StringIO

from app.imports.kinds import Kind


def template(kind: Kind) -> str:
    """CSV with the mark by which spreadsheets know UTF-8."""
    out = StringIO()
    table = csv.writer(out)
    table.writerow(column.name for column in kind.columns)
    table.writerow(column.like for column in kind.columns)
    return "\ufeff" + out.getvalue()
