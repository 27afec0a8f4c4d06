"""`ETag` and `If-Match`: a row's revision on the wire."""

from typing import Annotated

from fastapi import Depends, Header, Response

from app.core.errors import Stale


async def _expected(
    if_match: Annotated[str | None, Header(description="The `ETag` that you read: nothing is changed if it is no longer so.")] = None,
) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    tag = if_match.strip()
    if not (tag.startswith('"') and tag.endswith('"') and tag[1:-1].isascii() and tag[1:-1].isdigit()):
        raise Stale("'If-Match' is no ETag of ours. GET it again and send the ETag that came with it, as it is.")
    return int(tag[1:-1])


IfMatch = Annotated[int | None, Depends(_expected)]
"""The revision that the caller read; None if it does not say."""


def tagged(response: Response, revision: int) -> None:
    """Send the revision along."""
    response.headers["ETag"] = f'"{revision}"'
