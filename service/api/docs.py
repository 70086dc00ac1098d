"""`/openapi.json`, which describes every call, and `/docs`, which shows it to people.

The page's scripts and styles come from a wheel and from here: it loads nothing from elsewhere.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Final

from flask import Response, current_app

from service import errors
from service.api.describe import operation, resource

blueprint = resource("docs", "This description.")

PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Encore: the calls</title>
<link rel="icon" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<main id="calls"></main>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
START: Final = """SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#calls",
  deepLinking: true,
  presets: [SwaggerUIBundle.presets.apis],
  validatorUrl: null,
});
"""
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
"""Swagger UI writes style attributes; scripts stay ours alone."""
ASSETS: Final = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "favicon-32x32.png": "image/png",
}


@operation(blueprint, "GET /openapi.json", gives={200: {"type": "object"}})
def describe() -> Response:
    """Describe the service, as OpenAPI 3.1"""
    document = current_app.extensions["encore.openapi"]
    return Response(json.dumps(document, ensure_ascii=False), mimetype="application/json")


@operation(blueprint, "GET /docs", gives={200: None}, media_types={"text/html": {"type": "string"}})
def page() -> Response:
    """Read the description"""
    return Response(PAGE, mimetype="text/html", headers={"Content-Security-Policy": POLICY})


@operation(
    blueprint,
    "GET /docs/<name>",
    gives={200: None},
    media_types={kind: {"type": "string"} for kind in ASSETS.values()},
)
def asset(name: str) -> Response:
    """Load a part of the page"""
    if name == "start.js":
        return Response(START, mimetype="text/javascript")
    if name not in ASSETS:
        raise errors.NotFound("The page has no such part.")
    content = files("flask_swagger_ui").joinpath("dist", name).read_bytes()
    headers = {"Cache-Control": "public, max-age=86400"}
    return Response(content, mimetype=ASSETS[name], headers=headers)
