"""The published models: which there are, which one serves, and changing that."""

from __future__ import annotations

from typing import Any

from flask import Response

from service.api.current import answer, parts
from service.api.describe import operation, resource
from service.api.schemas_answers import ModelsSchema

blueprint = resource("models", "Published models.")


@operation(blueprint, "GET /v1/models", gives={200: ModelsSchema})
def list_models() -> Response:
    """List the models"""
    return answer(_models())


@operation(
    blueprint, "POST /v1/models/<version>/activate", gives={200: ModelsSchema}, problems=(409,)
)
def activate(version: str) -> Response:
    """Promote a model, or roll back to it

    Running workers swap to it within seconds, without a failed request.
    """
    parts().models.activate(version)
    return answer(_models())


@operation(
    blueprint, "POST /v1/models/<version>/retire", gives={200: ModelsSchema}, problems=(409,)
)
def retire(version: str) -> Response:
    """Retire a model, so that it can no longer be activated"""
    parts().models.retire(version)
    return answer(_models())


def _models() -> dict[str, Any]:
    return {"models": parts().models.versions()}
