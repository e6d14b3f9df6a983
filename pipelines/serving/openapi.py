"""What the service takes and answers, as OpenAPI 3.1, made from its settings."""

from __future__ import annotations

from typing import Any

from fields import MAXIMUM_TEXT, SENDER_KEYS
from settings import Settings

JSON = dict[str, Any]
# No control characters; the halves of surrogate pairs that JSON can escape are no text either, which a pattern cannot say.
_LEGAL = r"^[^\u0000-\u001f]*$"
_TEXT: JSON = {"type": "string", "minLength": 1, "maxLength": MAXIMUM_TEXT, "pattern": _LEGAL}
_NUMBER: JSON = {"type": "integer", "minimum": -(10**18) + 1, "maximum": 10**18 - 1}
_NAME: JSON = {"anyOf": [_TEXT, _NUMBER]}
_OPTIONAL: JSON = {"anyOf": [_TEXT | {"minLength": 0}, _NUMBER, {"type": "null"}]}
_ERROR: JSON = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}
_METADATA: JSON = {"type": "object", "additionalProperties": {"type": ["boolean", "string", "number"]}}


def document(settings: Settings) -> JSON:
    """The whole description. Names of platforms and slots are not in it: platforms are tenants."""
    security = [{"bearer": []}, {"key": []}]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Sluice's banner service",
            "version": "1",
            "description": "Variants by the night's table, with OpenFeature's Remote Evaluation Protocol; and the log of what visitors see and do.",
        },
        "security": security if settings.needs_token else [{}, *security] if settings.token else [],
        "paths": {
            "/v1/banner": {"get": _banner()},
            "/v1/events": {"post": _events(settings)},
            "/v1/slots": {"get": _slots()},
            "/ofrep/v1/evaluate/flags/{key}": {"post": _evaluation()},
            "/ofrep/v1/evaluate/flags": {"post": _bulk()},
            "/healthz": {"get": _health()},
            "/openapi.json": {"get": _open("This description", {"200": _answer("The description", {"type": "object"})})},
        },
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            },
            "schemas": {"error": _ERROR, "evaluation": _EVALUATION, "failure": _FAILURE, "context": _CONTEXT},
        },
    }


def _ref(name: str) -> JSON:
    return {"$ref": f"#/components/schemas/{name}"}


def _answer(description: str, schema: JSON, headers: dict[str, str] | None = None) -> JSON:
    answer: JSON = {"description": description, "content": {"application/json": {"schema": schema}}}
    if headers:
        answer["headers"] = {name: {"description": text, "schema": {"type": "string"}} for name, text in headers.items()}
    return answer


def _errors(*statuses: int, schema: JSON | None = None) -> JSON:
    texts = {
        400: "What was sent makes no sense; the answer says what",
        401: "A token is needed",
        403: "The token is another one, or what was sent is taken with the token alone",
        404: "There is no such thing, or nothing of it can be shown now: show the default",
        413: "The body is over the limit",
        429: "Too many requests of one address",
        503: "No table is in service, or the log cannot be written",
    }
    return {
        str(status): _answer(texts[status], schema or _ref("error"), {"Retry-After": "Seconds to wait"} if status == 429 else None)
        for status in statuses
    }


def _open(summary: str, responses: JSON) -> JSON:
    return {"summary": summary, "security": [], "responses": responses}


def _parameter(name: str, needed: bool) -> JSON:
    return {"name": name, "in": "query", "required": needed, "schema": _TEXT if needed else _TEXT | {"minLength": 0}}


def _banner() -> JSON:
    return {
        "summary": "A visitor's banner in a slot; the view is logged",
        "parameters": [
            *(_parameter(name, True) for name in ("platform", "slot", "visitor")),
            *(_parameter(name, False) for name in ("segment", "referrer", "customer", *SENDER_KEYS)),
        ],
        "responses": {
            "200": _answer(
                "The banner",
                {
                    "type": "object",
                    "required": ["variant", "propensity", "table", "segment", "banner"],
                    "properties": {
                        "variant": {"type": "string"},
                        "propensity": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
                        "table": {"type": "string"},
                        "segment": {"type": "string"},
                        "banner": {"type": "object"},
                    },
                },
            ),
            **_errors(400, 401, 403, 404, 429, 503),
        },
    }


def _events(settings: Settings) -> JSON:
    def event(kind: str, needed: list[str], **more: JSON) -> JSON:
        names = {"platform": _NAME, "slot": _NAME, "variant": _NAME}
        texts = {name: names[name] if name in needed else _OPTIONAL for name in names}
        others = {name: _OPTIONAL for name in ("segment", "order", "referrer", "customer", *SENDER_KEYS)}
        return {
            "type": "object",
            "required": ["type", "visitor", *needed],
            "additionalProperties": False,
            "properties": {"type": {"const": kind}, "visitor": _NAME, **texts, **others, **more},
        }

    # Nothing and null are legal for what the kind of event has not; the description does not offer them.
    kinds: JSON = {
        "anyOf": [
            event(
                "view",
                ["platform", "slot", "variant"],
                propensity={"type": ["number", "null"], "exclusiveMinimum": 0, "maximum": 1},
                table={"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
            ),
            event("click", ["platform", "slot", "variant"]),
            event(
                "purchase",
                ["platform"],
                revenue={"type": ["number", "null"], "minimum": -settings.revenue, "maximum": settings.revenue},
            ),
        ]
    }
    body = {"anyOf": [kinds, {"type": "array", "minItems": 1, "maxItems": settings.batch, "items": kinds}]}
    recorded = {"type": "object", "required": ["recorded"], "properties": {"recorded": {"type": "integer", "minimum": 1}}}
    return {
        "summary": "Records a view, a click or a purchase, or many: all of them or none",
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {"201": _answer("Recorded: they are in the log", recorded), **_errors(400, 401, 403, 404, 413, 429, 503)},
    }


def _slots() -> JSON:
    schema = {
        "type": "object",
        "required": ["platform", "slots"],
        "properties": {"slots": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}}},
    }
    return {
        "summary": "The slots and banners of a platform",
        "parameters": [_parameter("platform", True)],
        "responses": {"200": _answer("The slots", schema), **_errors(400, 401, 403, 404, 429)},
    }


_CONTEXT: JSON = {
    "type": "object",
    "description": "Other attributes are legal; they are logged with the view where a view is logged",
    "required": ["targetingKey"],
    "properties": {"targetingKey": _NAME, **{name: _OPTIONAL for name in ("segment", "customer", "referrer", "platform")}},
}
_REQUEST: JSON = {
    "type": "object",
    "required": ["context"],
    "properties": {
        "context": {"$ref": "#/components/schemas/context"},
        "metadata": {
            "type": "object",
            "properties": {
                "log": {"type": "boolean", "description": "Whether views are logged, also with a 304; without it none is"},
            },
        },
    },
}
_EVALUATION: JSON = {
    "type": "object",
    "required": ["key", "reason", "variant", "metadata"],
    "properties": {
        "key": {"type": "string"},
        "value": {"type": "string", "description": "The variant; absent where the caller's default stands"},
        "variant": {"type": "string"},
        "reason": {"enum": ["SPLIT", "DISABLED"]},
        "metadata": _METADATA,
    },
}
_FAILURE: JSON = {
    "type": "object",
    "required": ["errorCode", "errorDetails"],
    "properties": {
        "key": {"type": "string"},
        "errorCode": {"enum": ["PARSE_ERROR", "TARGETING_KEY_MISSING", "INVALID_CONTEXT", "FLAG_NOT_FOUND", "GENERAL"]},
        "errorDetails": {"type": "string"},
    },
}


def _evaluation() -> JSON:
    return {
        "summary": "OFREP: a visitor's variant of one slot, whose key is platform/slot",
        "parameters": [{"name": "key", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}],
        "requestBody": {"required": True, "content": {"application/json": {"schema": _REQUEST}}},
        "responses": {
            "200": _answer("The variant, or DISABLED where the slot has none to show", _ref("evaluation")),
            **_errors(400, 401, 403, 404, 429, 503, schema=_ref("failure")),
        },
    }


def _bulk() -> JSON:
    flags = {"type": "object", "required": ["flags"], "properties": {"flags": {"type": "array", "items": _ref("evaluation")}}}
    return {
        "summary": "OFREP: a visitor's variants of all slots that have a table",
        "parameters": [{"name": "If-None-Match", "in": "header", "required": False, "schema": {"type": "string"}}],
        "requestBody": {"required": True, "content": {"application/json": {"schema": _REQUEST}}},
        "responses": {
            "200": _answer("The variants", flags, {"ETag": "Changes with the tables, with what is valid, and with the context"}),
            "304": {"description": "The answer is the one of that ETag"},
            **_errors(400, 401, 403, 429, 503, schema=_ref("failure")),
        },
    }


def _health() -> JSON:
    number = {"type": ["number", "null"]}
    schema = {
        "type": "object",
        "required": ["table", "days_old", "fault", "mismatches"],
        "properties": {
            "table": {"type": ["string", "null"]},
            "days_old": number,
            "checked_seconds_ago": number,
            "loads": {"type": "integer"},
            "refusals": {"type": "integer"},
            "fault": {"type": ["string", "null"]},
            "segments_left_out": {"type": "integer"},
            "mismatches": {"type": "array", "items": {"type": "string"}},
        },
    }
    return _open(
        "The table in service",
        {"200": _answer("It serves", schema), "503": _answer("There is no table, or nobody looks for new ones", schema)},
    )
