"""What a worker does, done here and now; and files as people make them."""

import csv
from collections.abc import Mapping
from io import StringIO
from typing import Any

from app.core.settings import Settings
from app.imports.tasks import QUEUE
from app.worker import work
from tests.conftest import TODAY, TestDatabase


async def worked(database: TestDatabase, settings: Settings) -> None:
    """Do every import that was accepted."""
    await work(settings.model_copy(update={"today": TODAY}), database.url, until_done=True, queues=[QUEUE])


def table(*rows: Mapping[str, Any], delimiter: str = ",") -> bytes:
    """Rows as CSV."""
    out = StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(out, names, delimiter=delimiter, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()
