"""What the API's description says of every route alike: the caller's key, and the Idempotency-Key of routes that write."""

from typing import Any

from fastapi import FastAPI

from app.access.dependencies import LONGEST

WRITING = ("post", "put", "patch", "delete")
SCHEME = {"type": "http", "scheme": "bearer", "description": "The key that your state's administrator gave you."}
ONCE = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST},
    "description": "Any text of your own. The same key and body answer the first answer again, however often they are sent.",
}


def described(app: FastAPI) -> None:
    """Make `app.openapi()` tell of the headers that no route declares, because the transaction reads them."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is not None:
            return app.openapi_schema
        schema = plain()
        schema.setdefault("components", {}).setdefault("securitySchemes", {})["HTTPBearer"] = SCHEME
        for path, operations in schema["paths"].items():
            for method, operation in operations.items() if path.startswith("/v1/") else ():
                operation["security"] = [{"HTTPBearer": []}]
                if method in WRITING:
                    operation.setdefault("parameters", []).append(ONCE)
        return schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way to change the description
