"""Serves what pages load: for ever under the address that `app.core.assets` gives, for an hour under any other."""

from typing import Any

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app.core.assets import FOLDER, version

FOR_EVER = "public, max-age=31536000, immutable"
AN_HOUR = "public, max-age=3600"  # fonts and pictures, which style sheets name without a version


class Assets(StaticFiles):
    """The folder of `app.core.assets`."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)

    def file_response(self, full_path: Any, stat_result: Any, scope: Scope, status_code: int = 200) -> Response:
        """The file, with how long it may be kept."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        path = str(scope["path"]).partition("/static/")[2]
        asked = scope.get("query_string", b"").decode("latin-1")
        response.headers["Cache-Control"] = FOR_EVER if version(path) and asked == f"v={version(path)}" else AN_HOUR
        return response
