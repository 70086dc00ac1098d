"""The edge: one file per resource, marshmallow schemas, problem+json."""
