"""A banner service over Sluice's randomizer: shows the night's variant, and logs what visitors see and do.

    GET  /v1/banner?platform=web&slot=home-hero&visitor=v-1[&segment=Pune&referrer=…&customer=…]
    POST /v1/events   {"type": "click", "visitor": "v-1", "platform": "web", "slot": "home-hero", "variant": "autumn"}
    GET  /v1/slots    what can be asked for
    GET  /healthz     the table in service

Run it under gunicorn: `gunicorn --workers 4 'service:create_app()'`. Each worker opens its own host and writes its own log file.
Settings are environment variables, see `Settings`.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import Flask, jsonify, request
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from catalogue import Catalogue
from event_log import EventLog
from sluice_randomizer import Host, NoneAllowed, NoTable, UnknownSlot

MAXIMUM_TEXT = 512
MAXIMUM_EVENTS = 1000
MAXIMUM_BODY = 1 << 20
CONTEXT_KEYS = ("user_agent", "ip")
EVENT_KEYS = {
    *("type", "visitor", "platform", "slot", "variant", "segment", "revenue", "order", "referrer", "customer"),
    *CONTEXT_KEYS,
}


@dataclass(frozen=True)
class Settings:
    """Where the service finds things."""

    # The state directory of the nightly job, or its `allocations`.
    state: str = "state"
    # What can be shown, see catalogue.py.
    catalogue: str = os.path.join(os.path.dirname(os.path.abspath(__file__)), "catalogue.json")
    # Where the log of the day is written: the folder that the pipeline's `events.paths` reads.
    events: str = "events"
    # The pipeline's timezone, which says when a day ends.
    timezone: str = "Asia/Kolkata"
    # Seconds between looks for a new table.
    interval: float = 10
    # Proxies in front of the service, whose X-Forwarded-For is believed.
    proxies: int = 0

    @classmethod
    def from_environment(cls) -> Settings:
        default = cls()
        return cls(
            state=os.environ.get("SLUICE_STATE", default.state),
            catalogue=os.environ.get("SLUICE_CATALOGUE", default.catalogue),
            events=os.environ.get("SLUICE_EVENTS", default.events),
            timezone=os.environ.get("SLUICE_TIMEZONE", default.timezone),
            interval=float(os.environ.get("SLUICE_INTERVAL", default.interval)),
            proxies=int(os.environ.get("SLUICE_PROXIES", default.proxies)),
        )


class BadRequest(Exception):
    """What was sent makes no sense; the text says why."""


class NotFound(Exception):
    """There is no such slot; the body helps to find the right one."""

    def __init__(self, message: str, **help):
        super().__init__(message)
        self.help = help


def text(fields, name: str, needed: bool = False) -> str | None:
    """Returns a text of the request, None when it is absent or empty."""
    value = fields.get(name)
    if value is None or value == "":
        if needed:
            raise BadRequest(f"'{name}' is missing")
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise BadRequest(f"'{name}' is no text")
    if len(value) > MAXIMUM_TEXT:
        raise BadRequest(f"'{name}' has {len(value)} characters; at most {MAXIMUM_TEXT} are taken")
    if any(ord(character) < 0x20 or 0xD800 <= ord(character) <= 0xDFFF for character in value):
        raise BadRequest(f"'{name}' has control characters, or is not UTF-8")
    return value


def event_of(fields, log_context: dict) -> dict:
    """Returns a click or purchase as the log has it."""
    if not isinstance(fields, dict):
        raise BadRequest("an event is no JSON object")
    unknown = sorted(set(fields) - EVENT_KEYS)
    if unknown:
        raise BadRequest(f"'{unknown[0]}' is no field of an event; the fields are {', '.join(sorted(EVENT_KEYS))}")
    kind = text(fields, "type", needed=True)
    if kind not in ("click", "purchase"):
        raise BadRequest(f"'type' is '{kind}'; click and purchase are recorded here, views are by GET /v1/banner")
    event = {"type": kind, "visitor": text(fields, "visitor", needed=True)}
    # Without its platform a purchase would count on all of them, and platforms are tenants.
    for name in ("platform", "slot", "variant"):
        value = text(fields, name, needed=kind == "click" or name == "platform")
        if value is not None:
            event[name] = value
    for name in ("segment", "order", "referrer", "customer", *CONTEXT_KEYS):
        value = text(fields, name)
        if value is not None:
            event[name] = value
    revenue = fields.get("revenue")
    if revenue is not None:
        is_number = isinstance(revenue, (int, float)) and not isinstance(revenue, bool)
        # Not a number compares as false.
        if kind != "purchase" or not is_number or not abs(revenue) <= 1e9:
            raise BadRequest("'revenue' is a number of a purchase, at most a billion")
        event["revenue"] = revenue
    return log_context | event


def mismatches(catalogue: Catalogue, host: Host) -> list[str]:
    """What the catalogue and the table in service do not agree on: banners that are never shown, traffic that goes elsewhere."""
    found = []
    for platform in catalogue.platforms:
        for slot in catalogue.slots(platform):
            try:
                arms = host.explain(platform, slot, visitor="")["arms"]
            except NoTable:
                return []
            except UnknownSlot:
                found.append(f"the table has no {platform}/{slot}: its banners are not shown")
                continue
            served = {arm["variant"] for arm in arms if arm["traffic"] > 0}
            known = {arm["variant"] for arm in arms}
            banners = set(catalogue.banners(platform, slot))
            found += [f"{platform}/{slot} has no banner '{name}': its visitors see others" for name in sorted(served - banners)]
            found += [f"the table has no variant '{name}' of {platform}/{slot}" for name in sorted(banners - known)]
    return found


def create_app(settings: Settings | None = None) -> Flask:
    """Makes the application of one worker process."""
    settings = settings or Settings.from_environment()
    zone = ZoneInfo(settings.timezone)
    catalogue = Catalogue.read(settings.catalogue, settings.timezone)
    log = EventLog(settings.events, settings.timezone)
    host = Host(settings.state)
    host.watch(settings.interval)
    process = os.getpid()

    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MAXIMUM_BODY
    app.json.sort_keys = False
    if settings.proxies > 0:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies)

    def context() -> dict:
        """What the request itself says about who sent it; the bot filter reads it."""
        found = {"user_agent": request.headers.get("User-Agent", "")[:MAXIMUM_TEXT], "ip": request.remote_addr or ""}
        return {name: value for name, value in found.items() if value}

    def banners_of(platform: str, slot: str):
        banners = catalogue.banners(platform, slot)
        if banners is None:
            if platform not in catalogue.platforms:
                raise NotFound(f"no platform '{platform}'")
            raise NotFound(f"platform '{platform}' has no slot '{slot}'", slots=catalogue.slots(platform))
        return banners

    @app.before_request
    def refuse_forks():
        if os.getpid() != process:
            raise RuntimeError("the host does not outlive a fork: start gunicorn without --preload")

    @app.after_request
    def keep_out_of_caches(response):
        response.headers["Cache-Control"] = "no-store"
        return response

    for mismatch in mismatches(catalogue, host):
        app.logger.warning("%s", mismatch)

    @app.get("/v1/banner")
    def banner():
        # Flask answers HEAD by the same function, but a HEAD shows nobody anything.
        if request.method == "HEAD":
            return "", 204
        fields = request.args
        platform, slot = text(fields, "platform", needed=True), text(fields, "slot", needed=True)
        visitor, segment = text(fields, "visitor", needed=True), text(fields, "segment")
        optional = {name: text(fields, name) for name in ("referrer", "customer")}
        sender = {name: text(fields, name) for name in CONTEXT_KEYS}
        banners = banners_of(platform, slot)
        now = datetime.now(zone)
        valid = [name for name, content in banners.items() if content.is_valid(now)]
        try:
            # The customer is the visitor where there is one, as the pipeline's mapping says.
            shown = host.assign(platform, slot, optional["customer"] or visitor, segment or "", valid)
        except UnknownSlot as error:
            raise NotFound(
                f"the table in service has no {platform}/{slot}: the pipeline does not declare it"
            ) from error
        except NoneAllowed as error:
            why = "has traffic in the table in service" if valid else "is valid now"
            raise NotFound(f"no banner of {platform}/{slot} {why}", banners=sorted(valid or banners)) from error
        view = {
            "type": "view",
            "visitor": visitor,
            "platform": platform,
            "slot": slot,
            "variant": shown.variant,
            "segment": segment,
            "propensity": shown.propensity,
            "table": shown.date,
            **optional,
            **context(),
            **{name: value for name, value in sender.items() if value is not None},
        }
        log.append([{name: value for name, value in view.items() if value is not None}], now)
        return jsonify(
            variant=shown.variant,
            propensity=shown.propensity,
            table=shown.date,
            segment=segment if shown.has_own_group else "*",
            banner=banners[shown.variant].content,
        )

    @app.post("/v1/events")
    def events():
        try:
            document = request.get_json(silent=True, force=True)
        except RecursionError as error:
            raise BadRequest("the body is nested too deep") from error
        if document is None:
            raise BadRequest("the body is not JSON")
        batch = document if isinstance(document, list) else [document]
        if not 1 <= len(batch) <= MAXIMUM_EVENTS:
            raise BadRequest(f"{len(batch)} events; 1 to {MAXIMUM_EVENTS} are taken at a time")
        recorded = []
        for number, fields in enumerate(batch):
            try:
                event = event_of(fields, context())
                if "slot" in event:
                    banners_of(event["platform"], event["slot"])
                elif event["platform"] not in catalogue.platforms:
                    raise NotFound(f"no platform '{event['platform']}'")
                recorded.append(event)
            except (BadRequest, NotFound) as error:
                raise BadRequest(f"event {number}: {error}; none was recorded") from error
        log.append(recorded)
        return jsonify(recorded=len(recorded)), 201

    @app.get("/v1/slots")
    def slots():
        platform = text(request.args, "platform", needed=True)
        if platform not in catalogue.platforms:
            raise NotFound(f"no platform '{platform}'")
        return jsonify(
            platform=platform,
            slots={slot: sorted(banners_of(platform, slot)) for slot in catalogue.slots(platform)},
        )

    @app.get("/healthz")
    def health():
        status = host.status()
        today = datetime.now(zone).date()
        late = status.checked_at is None or time.time() - status.checked_at > 3 * settings.interval + 5
        body = {
            "table": status.date,
            # A table is of the day that it serves: one of yesterday means that a night was missed.
            "days_old": None if status.date is None else (today - date.fromisoformat(status.date)).days,
            "checked_seconds_ago": None if status.checked_at is None else round(time.time() - status.checked_at, 1),
            "loads": status.loads,
            "refusals": status.refusals,
            "fault": status.fault,
            "mismatches": mismatches(catalogue, host),
        }
        return jsonify(body), 200 if status.date and not late else 503

    @app.errorhandler(BadRequest)
    def bad_request(error):
        return jsonify(error=str(error)), 400

    @app.errorhandler(NotFound)
    def not_found(error):
        return jsonify(error=str(error), **error.help), 404

    @app.errorhandler(NoTable)
    def no_table(_):
        return jsonify(error="no table is in service yet; show the slot's default", fault=host.status().fault), 503

    @app.errorhandler(OSError)
    def not_recorded(error):
        app.logger.error("the event log cannot be written: %s", error)
        return jsonify(error="the event could not be recorded"), 503

    @app.errorhandler(HTTPException)
    def other(error):
        return jsonify(error=f"{error.name}: {error.description}"), error.code

    return app
