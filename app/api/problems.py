"""Refusals as RFC 9457 problems: the one place where a kind of refusal becomes a status."""

from collections.abc import Callable
from typing import Any

import psycopg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException

from app.contract.problems import STATUS, Problem, ProblemError
from app.core.errors import Refusal, Unavailable

MEDIA_TYPE = "application/problem+json"
Page = Callable[[Request, Problem], Response]
"""Shows a problem to people; `app.state.problem_pages` has one under the beginning of each address that is theirs."""
_SLUGS = {401: "unauthenticated", 403: "forbidden", 404: "not-found", 405: "invalid", 413: "too-large", 422: "invalid"}


def problem(
    request: Request, slug: str, title: str, detail: str, *, status: int | None = None, errors: list[ProblemError] | None = None
) -> Response:
    """The answer that says why not: a page under an address whose readers are people, `application/problem+json` elsewhere."""
    status = status or STATUS[slug]
    body = Problem(
        type=f"/problems/{slug}",
        title=title,
        status=status,
        detail=detail,
        instance=getattr(request.state, "id", None),
        errors=errors or [],
    )
    pages: dict[str, Page] = getattr(request.app.state, "problem_pages", {})
    for prefix, page in pages.items():
        if request.url.path.startswith(prefix):
            return page(request, body)
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    if status == 503:
        headers["Retry-After"] = "2"
    return JSONResponse(body.model_dump(exclude_none=True), status, headers, media_type=MEDIA_TYPE)


async def _refused(request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)
    slug = next(slug for kind in type(refusal).__mro__ if (slug := getattr(kind, "slug", "")) in STATUS)
    errors = [ProblemError(pointer=f"/{v.pointer}", code=v.code, detail=v.detail, line=None) for v in refusal.violations]
    return problem(request, slug, refusal.title, refusal.detail, errors=errors)


async def _unreadable(request: Request, error: Exception) -> Response:
    """The body or the query is not of the contract's shape. What was sent is not repeated: it can hold personal data."""
    assert isinstance(error, RequestValidationError)
    errors = [ProblemError(pointer=_pointer(e["loc"]), code=e["type"], detail=e["msg"], line=None) for e in error.errors()]
    detail = errors[0].detail if len(errors) == 1 else f"{len(errors)} things are wrong"
    return problem(request, "invalid", "This cannot be read", detail, errors=errors)


def _pointer(loc: tuple[Any, ...]) -> str:
    where = [str(part).replace("~", "~0").replace("/", "~1") for part in loc]
    return "/" + "/".join(where[1:] if where and where[0] == "body" else where)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 413:
        return too_large(request)
    return problem(request, _SLUGS.get(error.status_code, "invalid"), "This cannot be done", str(error.detail), status=error.status_code)


def too_large(request: Request) -> Response:
    """The body is longer than this installation takes."""
    limit = request.app.state.settings.upload_limit
    return problem(request, "too-large", "This is too large", f"A request has {limit:,} bytes at most. Divide what you send.")


LOST_A_RACE = {"40001", "40P01", "55P03"}  # serialization failure, deadlock, lock not to be had
NOT_TO_BE_KEPT = {"22003", "22008", "22021", "22P05"}  # a number or a date out of range, a character that text cannot hold


def _not_to_be_kept(error: DBAPIError) -> bool:
    """Whether the database cannot hold a value at all. The driver itself refuses NUL in a text, and gives no code."""
    code = getattr(error.orig, "sqlstate", None)
    return code in NOT_TO_BE_KEPT or (code is None and isinstance(error.orig, psycopg.DataError))


async def _database(request: Request, error: Exception) -> Response:
    """The database went away, let another transaction go first, or cannot hold what was sent. Neither statement nor parameters are told."""
    assert isinstance(error, DBAPIError)
    if error.connection_invalidated or getattr(error.orig, "sqlstate", None) in LOST_A_RACE:
        return problem(request, "unavailable", Unavailable.title, "The database does not answer. Nothing was recorded; send it again.")
    if _not_to_be_kept(error):
        detail = "A number or a date in it is too large, or a text has a character that cannot be kept, such as NUL. Correct it."
        return problem(request, "invalid", "This cannot be read", detail)
    raise error


async def _mistake(request: Request, _error: Exception) -> Response:
    """A mistake of ours. The log has the place where it happened, under the request's id; the answer has the id alone."""
    detail = "Nothing was recorded. Tell your administrator the id in 'instance': the log has more under it."
    return problem(request, "mistake", "We made a mistake", detail, status=500)


def answer_problems(app: FastAPI, pages: dict[str, Page]) -> None:
    """Every error leaves as a problem: as one of the `pages`, by the beginning of the address, or else on the wire."""
    app.state.problem_pages = pages
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DBAPIError, _database)
    app.add_exception_handler(Exception, _mistake)
