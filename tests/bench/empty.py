"""The floor: Flask with one route that does nothing, under the same gunicorn."""

from __future__ import annotations

from types import SimpleNamespace

from flask import Flask, Response


def app() -> Flask:
    flask = Flask("empty", static_folder=None)
    # gunicorn_conf.py, which all servers here share, tells this object when the worker drains.
    flask.extensions["encore"] = SimpleNamespace()

    @flask.post("/v1/suggestions")
    def nothing() -> Response:
        return Response(b"{}", mimetype="application/json")

    return flask
