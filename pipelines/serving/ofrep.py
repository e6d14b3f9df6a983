"""OpenFeature's Remote Evaluation Protocol (OFREP) over the exposures: whoever speaks OpenFeature is served by a ready provider.

    POST /ofrep/v1/evaluate/flags/web/home-hero   {"context": {"targetingKey": "v-1", "segment": "Pune"}}
    POST /ofrep/v1/evaluate/flags                 the same for all slots that have a table, with an ETag

A flag's key is `platform/slot`, as it is or percent-encoded; its value and variant are the arm. Of the context `targetingKey` is the visitor,
`segment` and `customer` are what they are in GET /v1/banner, `platform` leaves only that platform's flags in the answer for all. A view is
logged, with the context, when the request says `"metadata": {"log": true}` beside the context; of the question for all, a view of
each slot that shows something, also where the answer is 304: who asks then shows what it has kept.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, current_app, g, jsonify, request

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.routing import BaseConverter

from exposure import Asker, Exposures, NoneAllowed, NoTable, UnknownSlot
from fields import BadRequest, body_of, document_of, loggable, sender_of, text
from guard import Refused

PREFIX = "/ofrep/v1/evaluate/flags"


class FlagConverter(BaseConverter):
    """A flag's key in an address: whatever follows, slashes and newlines too."""

    regex = r"[\s\S]+"
    part_isolating = False


class EvaluationError(Exception):
    """An error of the protocol."""

    def __init__(self, status: int, code: str, details: str):
        super().__init__(details)
        self.status, self.code = status, code


class Question:
    """A request, taken apart."""

    def __init__(self, body: bytes):
        try:
            document = document_of(body)
        except BadRequest as error:
            raise EvaluationError(400, "PARSE_ERROR", str(error)) from error
        if not isinstance(document, dict):
            raise EvaluationError(400, "PARSE_ERROR", "the body is no JSON object")
        metadata = document.get("metadata", {})
        if not isinstance(metadata, dict) or not isinstance(metadata.get("log", False), bool):
            raise EvaluationError(400, "PARSE_ERROR", "'metadata' is no object whose 'log' is true or false")
        self.is_logged: bool = metadata.get("log", False)
        context = document.get("context", {})
        if not isinstance(context, dict):
            raise EvaluationError(400, "INVALID_CONTEXT", "'context' is no object")
        if context.get("targetingKey") in (None, ""):
            raise EvaluationError(400, "TARGETING_KEY_MISSING", "the context has no 'targetingKey', the visitor's id")
        self.context: dict[str, Any] = context
        try:
            self.asker = Asker(
                text(context, "targetingKey", needed=True) or "",
                text(context, "customer"),
                text(context, "segment"),
                text(context, "referrer"),
            )
            self.platform = text(context, "platform")
            self.sender = sender_of(request, context, g.is_trusted)
        except BadRequest as error:
            raise EvaluationError(400, "INVALID_CONTEXT", str(error)) from error
        if self.is_logged and not loggable(context):
            raise EvaluationError(400, "INVALID_CONTEXT", "a context that is logged is UTF-8, of 8192 bytes at most")


def evaluate(exposures: Exposures, key: str, question: Question, now: datetime) -> tuple[dict[str, Any], dict[str, Any] | None, bool]:
    """The protocol's answer for a flag, the view where a banner is shown, and whether the slot has a table."""
    platform, slot = exposures.catalogue.flags[key]

    def disabled(why: str, has_table: bool) -> tuple[dict[str, Any], None, bool]:
        # Providers read `variant` of every answer; without a value the caller's default stands.
        return {"key": key, "reason": "DISABLED", "variant": "", "metadata": {"why": why}}, None, has_table

    try:
        exposure = exposures.decide(platform, slot, question.asker, now)
    except NoTable:
        return disabled("no table is in service", False)
    except UnknownSlot:
        return disabled("the table in service has no such slot", False)
    except NoneAllowed:
        return disabled("no banner that is valid now has traffic", True)
    shown = exposure.assignment
    metadata = {
        "propensity": shown.propensity,
        "table": shown.date,
        "segment": exposure.group,
        "control": shown.is_control,
    }
    answer = {"key": key, "value": shown.variant, "variant": shown.variant, "reason": "SPLIT", "metadata": metadata}
    return answer, exposures.view(exposure, question.asker, question.sender), True


def failure(status: int, code: str, details: str, headers: dict[str, str] | None = None) -> tuple[Response, int, dict[str, str]]:
    """An error as the protocol has it, with the flag's key where one was asked for."""
    key = (request.view_args or {}).get("key")
    body = {} if key is None else {"key": key}
    return jsonify(body | {"errorCode": code, "errorDetails": details}), status, headers or {}


def blueprint(exposures: Exposures, limit: int) -> Blueprint:
    """The routes of the protocol; a body has at most `limit` bytes."""
    routes = Blueprint("ofrep", __name__)

    def log(views: list[dict[str, Any]], question: Question, now: datetime) -> None:
        if question.is_logged and views:
            exposures.record([view | {"context": question.context} for view in views], now)

    # A key may be empty, which no converter matches.
    @routes.post(f"{PREFIX}/", defaults={"key": ""})
    @routes.post(f"{PREFIX}/<flag:key>")
    def one(key: str):
        # Whether there is such a flag is no secret of whoever asks wrongly.
        if key not in exposures.catalogue.flags:
            raise EvaluationError(404, "FLAG_NOT_FOUND", "no slot of that key, which is platform/slot, is in the catalogue")
        question, now = Question(body_of(request, limit)), exposures.now()
        answer, view, _ = evaluate(exposures, key, question, now)
        log([] if view is None else [view], question, now)
        return jsonify(answer)

    @routes.post(PREFIX)
    def all_of_them():
        question, now = Question(body_of(request, limit)), exposures.now()
        answers, views = [], []
        for key, (platform, _) in sorted(exposures.catalogue.flags.items()):
            if question.platform not in (None, platform):
                continue
            answer, view, has_table = evaluate(exposures, key, question, now)
            if has_table:
                answers.append(answer)
            if view is not None:
                views.append(view)
        # Also of an answer that is not sent again: it is shown all the same.
        log(views, question, now)
        response = jsonify(flags=answers)
        # Of the answers, which name their tables, and of the whole context: some providers keep it when an attribute changes.
        context = json.dumps(question.context, sort_keys=True).encode("ascii")
        tag = hashlib.blake2b(response.get_data() + b"\0" + context, digest_size=16).hexdigest()
        if tag in request.if_none_match.as_set(include_weak=True):
            response = Response(status=304)
        response.set_etag(tag)
        return response

    @routes.errorhandler(EvaluationError)
    def not_evaluated(error: EvaluationError):
        return failure(error.status, error.code, str(error))

    @routes.errorhandler(RequestEntityTooLarge)
    def too_large(_: RequestEntityTooLarge):
        return failure(400, "PARSE_ERROR", f"the body has more than {limit} bytes")

    @routes.errorhandler(Refused)
    def refused(error: Refused):
        return failure(error.status, "GENERAL", str(error), error.headers)

    @routes.errorhandler(OSError)
    def not_recorded(error: OSError):
        current_app.logger.error("the event log cannot be written: %s", error)
        return failure(503, "GENERAL", "the view could not be recorded; ask again, or without metadata.log")

    return routes
