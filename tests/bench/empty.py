"""The floor: Flask with one route that does nothing, under gunicorn as it comes."""

from __future__ import annotations

from flask import Flask, Response


def app() -> Flask:
    flask = Flask("empty", static_folder=None)

    @flask.post("/v1/suggestions")
    def nothing() -> Response:
        return Response(b"{}", mimetype="application/json")

    return flask
