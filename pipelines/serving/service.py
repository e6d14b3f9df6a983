"""A banner service over Sluice's randomizer: shows the night's variant, and logs what visitors see and do.

    GET  /v1/banner?platform=web&slot=home-hero&visitor=v-1[&segment=Pune&referrer=…&customer=…]
    POST /v1/events   {"type": "click", "visitor": "v-1", "platform": "web", "slot": "home-hero", "variant": "autumn"}
    GET  /v1/slots    what can be asked for
    POST /ofrep/v1/evaluate/flags[/web/home-hero]   OpenFeature's protocol, see ofrep.py
    GET  /openapi.json   what all of them take and answer
    GET  /healthz     the table in service

Run it under gunicorn: `gunicorn --workers 4 'service:create_app()'`. Each worker opens its own host and writes its own log file.
Settings are environment variables, see settings.py.
"""

from __future__ import annotations

import json
import os
import time
from datetime import date

from flask import Flask, Response, g, jsonify, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.middleware.proxy_fix import ProxyFix

import ofrep
import openapi
from exposure import Asker, Exposures, NoneAllowed, NoTable, UnknownSlot
from fields import SENDER_KEYS, TOKEN_ALONE, BadRequest, Forbidden, NotFound, body_of, document_of, event_of, sender_of, text
from guard import Guard, Refused
from settings import Settings

encode = json.JSONEncoder(separators=(",", ":")).encode
# What anybody may ask: whether the service is well, and what it takes.
OPEN = {"health", "description", "static"}


def create_app(settings: Settings | None = None) -> Flask:
    """Makes the application of one worker process."""
    settings = settings or Settings.from_environment()
    exposures = Exposures(settings)
    guard = Guard(settings)
    catalogue, host = exposures.catalogue, exposures.host
    process = os.getpid()
    origins = set(settings.origins.split())

    app = Flask(__name__, static_folder=None)
    # One byte more than is legal, by which `body_of` sees what is too long.
    app.config["MAX_CONTENT_LENGTH"] = settings.body + 1
    app.json.sort_keys = False
    # A flag's key may have two slashes in a row.
    app.url_map.merge_slashes = False
    if settings.proxies > 0:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies)
    app.url_map.converters["flag"] = ofrep.FlagConverter
    app.register_blueprint(ofrep.blueprint(exposures, settings.body))

    @app.before_request
    def admit():
        if os.getpid() != process:
            raise RuntimeError("the host does not outlive a fork: start gunicorn without --preload")
        g.is_trusted = False
        if request.method != "OPTIONS" and request.endpoint not in OPEN:
            g.is_trusted = guard.admit(request)

    @app.after_request
    def add_headers(response):
        response.headers["Cache-Control"] = "no-store"
        origin = request.environ.get("HTTP_ORIGIN") if origins else None
        if origin and ("*" in origins or origin in origins):
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, If-None-Match, X-API-Key"
            response.headers["Access-Control-Expose-Headers"] = "ETag, Retry-After"
            response.headers.add("Vary", "Origin")
        return response

    for mismatch in exposures.mismatches():
        app.logger.warning("%s", mismatch)

    @app.get("/v1/banner")
    def banner():
        # Flask answers HEAD by the same function, but a HEAD shows nobody anything.
        if request.method == "HEAD":
            return "", 204
        # A dictionary of the first of each: asking it costs a fifth of what asking the request does.
        fields = request.args.to_dict()
        platform, slot = text(fields, "platform", needed=True), text(fields, "slot", needed=True)
        asker = Asker(
            text(fields, "visitor", needed=True), text(fields, "customer"), text(fields, "segment"), text(fields, "referrer")
        )
        is_trusted = g.is_trusted
        for name in SENDER_KEYS:
            if fields.get(name) and not is_trusted:
                raise Forbidden(f"'{name}' {TOKEN_ALONE}")
        now = exposures.now()
        try:
            exposure = exposures.decide(platform, slot, asker, now)
        except UnknownSlot as error:
            raise NotFound(
                f"the table in service has no {platform}/{slot}: the pipeline does not declare it"
            ) from error
        except NoneAllowed as error:
            valid = catalogue.valid(platform, slot, now)
            why = "has traffic in the table in service" if valid else "is valid now"
            banners = sorted(valid or exposures.banners(platform, slot))
            raise NotFound(f"no banner of {platform}/{slot} {why}", banners=banners) from error
        exposures.record([exposures.view(exposure, asker, sender_of(request, fields, is_trusted))], now)
        shown = exposure.assignment
        answer = {
            "variant": shown.variant,
            "propensity": shown.propensity,
            "table": shown.date,
            "segment": exposure.group,
            "banner": exposure.content,
        }
        # Half of what `jsonify` costs.
        return Response(encode(answer), mimetype="application/json")

    @app.post("/v1/events")
    def events():
        document = document_of(body_of(request, settings.body))
        batch = document if isinstance(document, list) else [document]
        if not 1 <= len(batch) <= settings.batch:
            raise BadRequest(f"{len(batch)} events; 1 to {settings.batch} are taken at a time")
        sender = sender_of(request, {}, False)
        recorded = []
        for number, fields in enumerate(batch):
            try:
                event = event_of(fields, g.is_trusted, settings.revenue)
                if "slot" in event:
                    exposures.banners(event["platform"], event["slot"])
                elif event["platform"] not in catalogue.platforms:
                    raise NotFound(f"no platform '{event['platform']}'")
                recorded.append(sender | event)
            except (BadRequest, Forbidden, NotFound) as error:
                raise type(error)(f"event {number}: {error}; none was recorded") from error
        exposures.record(recorded, exposures.now())
        return jsonify(recorded=len(recorded)), 201

    @app.get("/v1/slots")
    def slots():
        platform = text(request.args, "platform", needed=True)
        if platform not in catalogue.platforms:
            raise NotFound(f"no platform '{platform}'")
        return jsonify(
            platform=platform,
            slots={slot: sorted(exposures.banners(platform, slot)) for slot in catalogue.slots(platform)},
        )

    @app.get("/openapi.json")
    def description():
        return jsonify(openapi.document(settings))

    faults: list[str | None] = [None]

    @app.get("/healthz")
    def health():
        status = host.status()
        # Where tables lie is for those who can read the service's own log.
        if status.fault != faults[0]:
            faults[0] = status.fault
            if status.fault:
                app.logger.error("what lies on disk is not in service: %s", status.fault)
        today = exposures.now().date()
        late = status.checked_at is None or time.time() - status.checked_at > 3 * settings.interval + 5
        body = {
            "table": status.date,
            # A table is of the day that it serves: one of yesterday means that a night was missed.
            "days_old": None if status.date is None else (today - date.fromisoformat(status.date)).days,
            "checked_seconds_ago": None if status.checked_at is None else round(time.time() - status.checked_at, 1),
            "loads": status.loads,
            "refusals": status.refusals,
            "fault": "what lies on disk is not in service; the service's log says why" if status.fault else None,
            "segments_left_out": exposures.segments.dropped,
            "mismatches": exposures.mismatches(),
        }
        return jsonify(body), 200 if status.date and not late else 503

    @app.errorhandler(BadRequest)
    def bad_request(error):
        return jsonify(error=str(error)), 400

    @app.errorhandler(Forbidden)
    def forbidden(error):
        return jsonify(error=str(error)), 403

    @app.errorhandler(NotFound)
    def not_found(error):
        return jsonify(error=str(error), **error.help), 404

    @app.errorhandler(Refused)
    def refused(error):
        return jsonify(error=str(error)), error.status, error.headers

    @app.errorhandler(NoTable)
    def no_table(_):
        return jsonify(error="no table is in service yet; show the slot's default"), 503

    @app.errorhandler(OSError)
    def not_recorded(error):
        app.logger.error("the event log cannot be written: %s", error)
        return jsonify(error="the event could not be recorded"), 503

    @app.errorhandler(RequestEntityTooLarge)
    def too_large(_):
        return jsonify(error=f"the body has more than {settings.body} bytes"), 413

    @app.errorhandler(HTTPException)
    def other(error):
        # With the headers of its kind: what a 405 allows.
        response = jsonify(error=f"{error.name}: {error.description}")
        response.headers.extend({name: value for name, value in error.get_headers() if name != "Content-Type"})
        return response, error.code

    return app
