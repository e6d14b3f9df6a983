"""What requests say, taken apart: texts and numbers within limits, or a sentence on what is wrong."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any, Mapping

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Request

from sluice_randomizer.texts import text_of

MAXIMUM_TEXT = 512
# Bytes that a context may have where it is logged.
MAXIMUM_CONTEXT = 8192
SENDER_KEYS = ("user_agent", "ip")
TOKEN_ALONE = "is taken from callers with the token alone: set SLUICE_TOKEN and send it, or leave it out"
KINDS = ("view", "click", "purchase")
EVENT_KEYS = {
    *("type", "visitor", "platform", "slot", "variant", "segment", "revenue", "order", "referrer", "customer", "propensity", "table"),
    *SENDER_KEYS,
}
_FORBIDDEN = re.compile("[\x00-\x1f\ud800-\udfff]")


class BadRequest(Exception):
    """What was sent makes no sense; the text says why."""


class Forbidden(Exception):
    """Who has no token may not say this; the text says what."""


class NotFound(Exception):
    """There is no such slot; the body helps to find the right one."""

    def __init__(self, message: str, **help: Any):
        super().__init__(message)
        self.help = help


def body_of(request: Request, limit: int) -> bytes:
    """The body of a request. Of one that comes in chunks Werkzeug reads as much as it may, and says nothing of the rest: it may
    read a byte more than is legal."""
    body = request.get_data()
    if len(body) > limit:
        raise RequestEntityTooLarge()
    return body


def document_of(body: bytes) -> Any:
    """Reads JSON as RFC 8259 has it: UTF-8, no NaN, nested as deep as can be read."""

    def refuse(word: str) -> None:
        raise BadRequest(f"the body is not JSON: {word} is no number")

    try:
        return json.loads(body.decode("utf-8"), parse_constant=refuse)
    except RecursionError as error:
        raise BadRequest("the body is nested too deep") from error
    except ValueError as error:
        raise BadRequest(f"the body is not JSON: {error}") from error


def text(fields: Mapping[str, Any], name: str, needed: bool = False) -> str | None:
    """Returns a text of the request, None when it is absent or empty. JSON has one kind of number: 7.0 is 7."""
    value = fields.get(name)
    if value is None or value == "":
        if needed:
            raise BadRequest(f"'{name}' is missing")
        return None
    if not isinstance(value, str):
        try:
            value = text_of(value, name)
        except TypeError as error:
            raise BadRequest(str(error)) from error
    if len(value) > MAXIMUM_TEXT:
        raise BadRequest(f"'{name}' has more than {MAXIMUM_TEXT} characters")
    if _FORBIDDEN.search(value):
        raise BadRequest(f"'{name}' has control characters, or is not UTF-8")
    return value


def sender_of(request: Request, said: Mapping[str, Any], is_trusted: bool) -> dict[str, str]:
    """Who sent a request, for the bot filter: what the request itself shows, or what a caller with the token says of it."""
    agent: str = request.environ.get("HTTP_USER_AGENT", "")
    if not agent.isascii():
        # Headers come as the bytes they are, shown as Latin-1.
        agent = agent.encode("latin-1", "replace").decode("utf-8", "replace")
    sender = {"user_agent": _FORBIDDEN.sub(" ", agent[:MAXIMUM_TEXT]), "ip": request.remote_addr or ""}
    if is_trusted:
        sender |= {name: value for name in SENDER_KEYS if (value := text(said, name)) is not None}
    return {name: value for name, value in sender.items() if value}


def event_of(fields: Any, is_trusted: bool, revenue_limit: float) -> dict[str, Any]:
    """Returns a view, click or purchase as the log has it."""
    if not isinstance(fields, dict):
        raise BadRequest("an event is no JSON object")
    unknown = sorted(set(fields) - EVENT_KEYS)
    if unknown:
        raise BadRequest(f"{unknown[0][:100]!a} is no field of an event; the fields are {', '.join(sorted(EVENT_KEYS))}")
    kind = text(fields, "type", needed=True)
    if kind not in KINDS:
        raise BadRequest(f"'type' is '{kind}'; the types are {', '.join(KINDS)}")
    event: dict[str, Any] = {"type": kind, "visitor": text(fields, "visitor", needed=True)}
    # Without its platform a purchase would count on all of them, and platforms are tenants.
    for name in ("platform", "slot", "variant"):
        value = text(fields, name, needed=kind != "purchase" or name == "platform")
        if value is not None:
            event[name] = value
    for name in ("segment", "order", "referrer", "customer", *SENDER_KEYS):
        value = text(fields, name)
        if value is None:
            continue
        if name in SENDER_KEYS and not is_trusted:
            raise Forbidden(f"'{name}' {TOKEN_ALONE}")
        event[name] = value
    for name, is_legal, what in (
        ("revenue", lambda value: abs(value) <= revenue_limit, f"a number of a purchase, at most {revenue_limit:g}"),
        ("propensity", lambda value: 0 < value <= 1, "a number of a view, above 0 and at most 1"),
    ):
        value = fields.get(name)
        if value is None:
            continue
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if kind != ("purchase" if name == "revenue" else "view") or not is_number or not is_legal(value):
            raise BadRequest(f"'{name}' is {what}")
        event[name] = value
    table = text(fields, "table")
    if table is not None:
        if kind != "view" or not _is_date(table):
            raise BadRequest("'table' is the date of a view's table, YYYY-MM-DD")
        event["table"] = table
    return event


def loggable(context: dict[str, Any]) -> bool:
    """Whether a context can stand in the log as it is."""
    try:
        return len(json.dumps(context, ensure_ascii=False, allow_nan=False).encode("utf-8")) <= MAXIMUM_CONTEXT
    except (ValueError, RecursionError):
        return False


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
