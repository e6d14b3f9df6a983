#!/usr/bin/env python3
"""The service as others meet it: OpenFeature's own client, every error of its protocol, tokens and limits, and input that nobody thought of.

    python protocol.py LIBRARY [EXAMPLES]

OpenFeature's SDK and provider for Python and schemathesis, which makes up requests from the description that the service itself serves, are
of others. No input may be answered 5xx but the 503 that is documented.

Exit: 0 when all held, 1 with what did not.
"""

from __future__ import annotations

import glob
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.parse
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "pipelines", "serving"))

from openfeature import api  # noqa: E402
from openfeature.contrib.provider.ofrep import OFREPProvider  # noqa: E402
from openfeature.evaluation_context import EvaluationContext  # noqa: E402
from openfeature.exception import ErrorCode  # noqa: E402
from sluice_randomizer import Host  # noqa: E402
from support import SERVING, ZONE, Client, Service, check, publish  # noqa: E402

FLAGS = "/ofrep/v1/evaluate/flags"
# In a header's Latin-1 the last byte of its UTF-8 is a space.
TOKEN = "gehéim und lang, voilà"
TODAY = datetime.now(ZoneInfo(ZONE)).date()
ROWS = [
    *("web,home-hero,*,autumn,0.45,active", "web,home-hero,*,winter,0.45,active", "web,home-hero,*,plain,0.1,control"),
    *("web,home-hero,Pune,autumn,0.05,active", "web,home-hero,Pune,winter,0.85,active", "web,home-hero,Pune,plain,0.1,control"),
    *("web,a/b,*,one,0.5,active", "web,a/b,*,two,0.5,active", "web,old,*,past,1,active"),
]
BANNERS = {
    "home-hero": ["autumn", "winter", "plain"],
    "a/b": ["one", "two"],
    "nowhere": ["one"],
    "old": [],
}
CATALOGUE = {
    "platforms": {
        "web": {"slots": {slot: {"banners": {name: {"title": name} for name in names}} for slot, names in BANNERS.items() if names}},
        "app": {"slots": {"feed": {"banners": {"one": {"title": "one"}}}}},
    }
}
CATALOGUE["platforms"]["web"]["slots"]["old"] = {"banners": {"past": {"title": "past", "valid_until": "2020-01-01"}}}


def key_path(key: str) -> str:
    return f"{FLAGS}/{key}"


def send_chunked(port: int, path: str, body: bytes, headers: dict[str, str] | None = None) -> tuple[int, dict]:
    """Sends a body that does not say how long it is."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    chunks = [body[begin : begin + 10_000] for begin in range(0, len(body), 10_000)]
    try:
        connection.request("POST", path, iter(chunks), {"Transfer-Encoding": "chunked"} | (headers or {}), encode_chunked=True)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def logged(folder: str) -> list[dict]:
    events = []
    for path in glob.glob(f"{folder}/events/date=*/*.jsonl"):
        with open(path, encoding="utf-8") as file:
            events += [json.loads(line) for line in file]
    return events


def check_client(service: Service, folder: str, library: str) -> None:
    """OpenFeature's client sees what the library assigns."""
    api.set_provider(OFREPProvider(f"http://127.0.0.1:{service.port}"))
    client = api.get_client()
    with Host(f"{folder}/state", library=library) as host:
        for number in range(200):
            visitor, segment = f"visitor {number} é🙂", ("Pune", "elsewhere")[number % 2]
            details = client.get_string_details("web/home-hero", "mine", EvaluationContext(visitor, {"segment": segment, "age": 7}))
            shown = host.assign("web", "home-hero", visitor, segment)
            check(details.value == details.variant == shown.variant and details.reason == "SPLIT", f"the client's variant: {details}")
            expected = {
                "propensity": shown.propensity, "table": str(TODAY), "segment": "Pune" if segment == "Pune" else "*",
                "control": shown.variant == "plain",
            }
            check(details.flag_metadata == expected, f"the client's metadata: {details.flag_metadata}, not {expected}")
            known = client.get_string_details("web/home-hero", "mine", EvaluationContext(visitor, {"customer": "c-7", "segment": segment}))
            check(known.value == host.assign("web", "home-hero", "c-7", segment).variant, "a customer is assigned as one")
        for number, text in ((7, "7"), (7.0, "7"), (-12, "-12"), (0, "0"), (10**18 - 1, "9" * 18)):
            for context in ({"targetingKey": number}, {"targetingKey": "v", "customer": number, "segment": 7}):
                _, answer = Client(service.port).ask("POST", key_path("web/home-hero"), {"context": context})
                wanted = [host.assign("web", "home-hero", one).variant for one in (text, number)]
                check([answer["value"]] * 2 == wanted, f"{context} counts as its digits, as in process: {answer} {wanted}")
    slashes = client.get_string_details("web/a/b", "mine", EvaluationContext("v"))
    check(slashes.value in ("one", "two"), f"a slot whose name has a slash: {slashes}")
    for key in ("web/nowhere", "app/feed", "web/old"):
        details = client.get_string_details(key, "mine", EvaluationContext("v"))
        check(details.value == "mine" and details.reason == "DISABLED" and details.error_code is None, f"{key} is disabled: {details}")
    for key, context, code in (
        ("web/unknown", EvaluationContext("v"), ErrorCode.FLAG_NOT_FOUND),
        ("web/home-hero", EvaluationContext(None, {"segment": "Pune"}), ErrorCode.TARGETING_KEY_MISSING),
        ("web/home-hero", None, ErrorCode.TARGETING_KEY_MISSING),
        ("web/home-hero", EvaluationContext("v", {"segment": ["Pune"]}), ErrorCode.INVALID_CONTEXT),
    ):
        details = client.get_string_details(key, "mine", context)
        check(details.value == "mine" and details.error_code == code, f"{key} with {context}: {details}")
    details = client.get_boolean_details("web/home-hero", True, EvaluationContext("v"))
    check(details.value is True and details.error_code == ErrorCode.TYPE_MISMATCH, f"a variant is a text: {details}")


def check_errors(service: Service, folder: str) -> None:
    """Every error of the protocol, and what its bodies carry."""
    client = Client(service.port)
    good = {"context": {"targetingKey": "v-1"}}
    for path in (key_path("web/home-hero"), key_path("web%2Fhome-hero"), key_path("web%2fhome-hero"), key_path("web/a%2Fb"), key_path("web%2Fa%2Fb")):
        status, answer = client.ask("POST", path, good)
        check(status == 200 and answer["reason"] == "SPLIT" and answer["key"] == urllib.parse.unquote(path[len(FLAGS) + 1 :]), f"{path}: {answer}")
    nested: dict = {}
    for _ in range(20_000):
        nested = {"a": nested}
    for body, code in (
        (b"", "PARSE_ERROR"), (b"{", "PARSE_ERROR"), (b"[]", "PARSE_ERROR"), (b"7", "PARSE_ERROR"), (b"null", "PARSE_ERROR"),
        (b"\xff", "PARSE_ERROR"), (b'{"context": NaN}', "PARSE_ERROR"), (b'{"context":' * 50_000, "PARSE_ERROR"),
        (b'{"context": {"targetingKey": 1' + b"0" * 5000 + b"}}", "PARSE_ERROR"),
        ({"context": 7}, "INVALID_CONTEXT"), ({"context": []}, "INVALID_CONTEXT"), ({"context": None}, "INVALID_CONTEXT"),
        ({}, "TARGETING_KEY_MISSING"), ({"context": {}}, "TARGETING_KEY_MISSING"), ({"context": {"targetingKey": ""}}, "TARGETING_KEY_MISSING"),
        ({"context": {"targetingKey": None}}, "TARGETING_KEY_MISSING"), ({"context": {"targetingKey": ["v"]}}, "INVALID_CONTEXT"),
        ({"context": {"targetingKey": True}}, "INVALID_CONTEXT"), ({"context": {"targetingKey": "v" * 513}}, "INVALID_CONTEXT"),
        ({"context": {"targetingKey": "\ud800"}}, "INVALID_CONTEXT"), ({"context": {"targetingKey": "a\nb"}}, "INVALID_CONTEXT"),
        ({"context": {"targetingKey": 10**300}}, "INVALID_CONTEXT"),
        ({"context": {"targetingKey": 7.5}}, "INVALID_CONTEXT"), ({"context": {"targetingKey": 2.0**53}}, "INVALID_CONTEXT"),
        ({"context": {"targetingKey": "v", "customer": False}}, "INVALID_CONTEXT"),
        ({"context": {"targetingKey": "v", "customer": {}}}, "INVALID_CONTEXT"),
        ({"context": {"targetingKey": "v", "a": "\ud800"}, "metadata": {"log": True}}, "INVALID_CONTEXT"),
        ({"context": {"targetingKey": "v", "a": "x" * 9000}, "metadata": {"log": True}}, "INVALID_CONTEXT"),
        ({"context": {"targetingKey": "v"}, "metadata": 7}, "PARSE_ERROR"), ({"context": {"targetingKey": "v"}, "metadata": {"log": 1}}, "PARSE_ERROR"),
    ):
        for path, key in ((key_path("web/home-hero"), "web/home-hero"), (FLAGS, None)):
            status, answer = client.ask("POST", path, body)
            is_right = status == 400 and answer["errorCode"] == code and answer["errorDetails"] and answer.get("key") == key
            check(is_right, f"{path} {str(body)[:100]}: {status} {answer}")
    # The same where the body does not say how long it is: a part of it is none.
    question = json.dumps(good).encode()
    click = b'{"type":"click","visitor":"chunked","platform":"web","slot":"unknown","variant":"one"}'
    for length in (1 << 20, (1 << 20) + 1, (1 << 20) + 100):
        body, is_legal = question.ljust(length), length == 1 << 20
        for path, key in ((key_path("web/home-hero"), "web/home-hero"), (FLAGS, None)):
            status, answer = send_chunked(service.port, path, body)
            is_refused = status == 400 and answer["errorCode"] == "PARSE_ERROR" and answer.get("key") == key
            check(status == 200 if is_legal else is_refused, f"{length} bytes in chunks to {path}: {status} {answer}")
        status, answer = send_chunked(service.port, "/v1/events", click.ljust(length))
        is_right = status == (404 if is_legal else 413) and answer["error"]
        check(is_right, f"{length} bytes in chunks of an event: {status} {answer}")
    # What is too long is not read, and gunicorn closes the connection behind the answer.
    status, answer = Client(service.port).ask("POST", key_path("web/home-hero"), b" " * ((1 << 20) + 1))
    check(status == 400 and answer["errorCode"] == "PARSE_ERROR" and answer["key"] == "web/home-hero", f"a body over the limit: {answer}")
    for key in ("web", "web/", "/web/home-hero", "web//home-hero", "WEB/home-hero", "%00", "%ff", "web/home-hero/",
                "../web/home-hero", "", "web%0Ahome", "%0A", "%0D%0A",
                "web/home-hero%0A", "%0Aweb/home-hero", "a%0A/b%0A", "/", "%2F", " "):
        status, answer = client.ask("POST", key_path(urllib.parse.quote(key, safe="%/")), good)
        said = urllib.parse.unquote(key)
        is_right = status == 404 and answer["errorCode"] == "FLAG_NOT_FOUND" and answer["errorDetails"] and answer["key"] == said
        check(is_right, f"{key!r}: {status} {answer}")
    status, answer = client.ask("POST", key_path("app/feed"), good)
    check(status == 200 and answer["variant"] == "" and "value" not in answer and answer["reason"] == "DISABLED", f"disabled: {answer}")
    for method, path in (("GET", FLAGS), ("GET", key_path("")), ("PUT", key_path("web%0Ahome")), ("PUT", key_path("web/home-hero")),
                         ("DELETE", "/v1/events")):
        status, answer, headers = client.exchange(method, path)
        check(status == 405 and headers["Allow"] and answer["error"], f"{method} {path}: {status} {answer}")
    check(not logged(folder), "an evaluation by itself logs nothing")
    status, _ = client.ask("POST", key_path("web/home-hero"), good | {"metadata": {"log": True}, "context": {"targetingKey": "v-1", "segment": "Pune", "age": 7}})
    events = logged(folder)
    check(status == 200 and len(events) == 1, f"a view is logged when it is asked for: {events}")
    check(events[0]["context"]["age"] == 7 and events[0]["type"] == "view" and events[0]["propensity"] > 0 and events[0]["segment"] == "Pune", f"{events}")


def check_bulk(service: Service, folder: str) -> None:
    """The answer for all, and its tag."""
    client = Client(service.port)

    def ask(tag: str | None = None, **context) -> tuple[int, dict, str]:
        headers = {} if tag is None else {"If-None-Match": tag}
        status, answer, found = client.exchange("POST", FLAGS, {"context": {"targetingKey": "v-1"} | context}, headers)
        return status, answer, found["ETag"]

    status, answer, tag = ask()
    check(status == 200 and [flag["key"] for flag in answer["flags"]] == ["web/a/b", "web/home-hero", "web/old"], f"what has a table: {answer}")
    check(all("value" in flag for flag in answer["flags"] if flag["reason"] == "SPLIT"), f"{answer}")
    check(ask(platform="app")[1] == {"flags": []} and len(ask(platform="web")[1]["flags"]) == 3, "one platform alone")
    check(ask(tag)[0] == 304 and ask(f'"other", {tag}')[0] == 304 and ask(f"W/{tag}")[0] == 304, "the same answer is not sent again")
    check(ask(tag)[2] == tag and ask("*")[0] == 200 and ask("nonsense")[0] == 200, "tags")
    # The value may be the same: who keeps a tag when the context changes must be told.
    for context in ({"segment": "Pune"}, {"targetingKey": "v-2"}, {"age": 7}, {"segment": "unknown"}):
        check(ask(tag, **context)[0] == 200, f"another context is another answer: {context}")
    check(ask(ask(age=7, b=1)[2], b=1, age=7)[0] == 304, "the order of attributes is nobody's")
    # Who shows what it has kept shows it all the same.
    asked = {"context": {"targetingKey": "kept"}, "metadata": {"log": True}}
    for number in (1, 2):
        status, _, found = client.exchange("POST", FLAGS, asked, {} if number == 1 else {"If-None-Match": found["ETag"]})
        views = [event for event in logged(folder) if event["visitor"] == "kept"]
        slots = [(event["type"], event["slot"]) for event in views]
        check(status == (200 if number == 1 else 304), f"question {number}: {status}")
        expected = sorted([("view", "a/b"), ("view", "home-hero")] * number)
        check(sorted(slots) == expected, f"views of all that is shown, each time: {views}")
    tomorrow = str(TODAY + timedelta(days=1))
    publish(f"{folder}/state", tomorrow, ROWS)
    deadline = time.monotonic() + 20
    while (answered := ask(tag))[0] == 304 and time.monotonic() < deadline:
        time.sleep(0.1)
    check(answered[0] == 200 and answered[1]["flags"][0]["metadata"]["table"] == tomorrow, f"another table is another answer: {answered}")


def check_health(service: Service, folder: str) -> None:
    """Who asks how it is learns nothing of where things lie."""
    client = Client(service.port)
    # Every worker must have the last good table before it is damaged: connections are spread over them.
    deadline, current = time.monotonic() + 20, 0
    while current < 20 and time.monotonic() < deadline:
        is_current = Client(service.port).ask("GET", "/healthz")[1]["table"] == str(TODAY + timedelta(days=1))
        current = current + 1 if is_current else 0
        time.sleep(0.02)
    with open(f"{folder}/state/allocations/date={TODAY + timedelta(days=1)}/allocation.csv", "ab") as file:
        file.write(b"\n")
    os.utime(f"{folder}/state/allocations/date={TODAY + timedelta(days=1)}/manifest.json")
    publish(f"{folder}/state", str(TODAY + timedelta(days=2)), ROWS, pipeline="another")
    deadline = time.monotonic() + 20
    while (health := client.ask("GET", "/healthz")[1])["fault"] is None and time.monotonic() < deadline:
        time.sleep(0.1)
    check(health["fault"] and folder not in json.dumps(health) and "/" not in health["fault"], f"no paths: {health}")
    check(health["table"] == str(TODAY + timedelta(days=1)), f"a table of another pipeline is refused, the last one stays: {health}")
    check(folder in service.log(), "the log says where")
    check(client.ask("POST", key_path("web/home-hero"), {"context": {"targetingKey": "v"}})[0] == 200, "the last table serves")


def check_token(folder: str, library: str) -> None:
    """Who has no token, and who has another."""
    # As a file has it, with a newline at the end.
    with Service(folder, library, workers=1, token=f" {TOKEN}\r\n", rate="5", origins="https://shop.example") as service:
        service.wait()
        client = Client(service.port)
        body = {"context": {"targetingKey": "v"}}
        sent = TOKEN.encode().decode("latin-1")
        unknown = ("/nowhere", key_path(""), key_path("web%0Ahome"))
        for path, method in (("/v1/banner?platform=web&slot=home-hero&visitor=v", "GET"), (FLAGS, "POST"),
                             (key_path("web/home-hero"), "POST"), (key_path(""), "POST"), (key_path("web%0Ahome"), "POST"),
                             ("/v1/slots?platform=web", "GET"), ("/nowhere", "GET")):
            document = body if method == "POST" else None
            status, answer, headers = client.exchange(method, path, document)
            check(status == 401 and headers["WWW-Authenticate"] == "Bearer" and (answer.get("error") or answer["errorDetails"]), f"{path}: {status} {answer}")
            for wrong in ({"Authorization": "Bearer " + sent[:-1]}, {"X-API-Key": ""}, {"X-API-Key": sent + "x"}, {"Authorization": "Bearer \xff"}):
                status, answer = client.ask(method, path, document, wrong)
                check(status == 403, f"{path} with {wrong}: {status} {answer}")
                if path.startswith(f"{FLAGS}/"):
                    key = urllib.parse.unquote(path[len(FLAGS) + 1 :])
                    check(answer["key"] == key and answer["errorCode"] == "GENERAL", f"{path} with {wrong}: {answer}")
            for right in ({"Authorization": "Bearer " + sent}, {"authorization": "bearer " + sent}, {"X-API-Key": sent}):
                status, answer = client.ask(method, path, document, right)
                check(status == (404 if path in unknown else 200), f"{path} with {right}: {status} {answer}")
        check(client.ask("GET", "/healthz")[0] == 200 and client.ask("GET", "/openapi.json")[0] == 200, "what anybody may ask")
        for _ in range(20):
            check(client.ask("POST", FLAGS, body, {"X-API-Key": sent})[0] == 200, "who is trusted is not limited")
        banner = "/v1/banner?platform=web&slot=home-hero&visitor=trusted&ip=192.0.2.7&user_agent=Reader"
        check(client.ask("GET", banner, None, {"X-API-Key": sent})[0] == 200, "who is trusted says for whom")
        seen = [event for event in logged(folder) if event["visitor"] == "trusted"]
        check(len(seen) == 1 and seen[0]["ip"] == "192.0.2.7" and seen[0]["user_agent"] == "Reader", f"{seen}")
        _, _, headers = client.exchange("OPTIONS", FLAGS, None, {"Origin": "https://shop.example"})
        check(headers["Access-Control-Allow-Origin"] == "https://shop.example" and "ETag" in headers["Access-Control-Expose-Headers"], f"{headers}")
        check("Access-Control-Allow-Origin" not in client.exchange("OPTIONS", FLAGS, None, {"Origin": "https://other.example"})[2], "another origin")

    with Service(folder, library, workers=1, token=TOKEN, strangers="1", rate="5", segments="3", revenue="1000", batch="2", body="4000") as service:
        service.wait()
        client, trusted = Client(service.port), {"Authorization": "Bearer " + sent}
        answers = [client.exchange("POST", FLAGS, body) for _ in range(30)]
        limited = [(answer, headers) for status, answer, headers in answers if status == 429]
        check(answers[0][0] == 200 and len(limited) > 15, f"a stranger is limited: {[status for status, _, _ in answers]}")
        check(int(limited[0][1]["Retry-After"]) >= 1 and limited[0][0]["errorDetails"], f"{limited[0]}")
        for path in (key_path(""), key_path("web%0Ahome")):
            status, answer, headers = client.exchange("POST", path, body)
            check(status == 429 and answer["errorDetails"] and int(headers["Retry-After"]) >= 1, f"{path}: {status} {answer}")
        check(client.ask("POST", FLAGS, body, trusted)[0] == 200 and client.ask("POST", FLAGS, body, {"X-API-Key": "no"})[0] == 403, "tokens")
        time.sleep(1.1)
        status, answer = client.ask("GET", banner)
        check(status == 403 and "SLUICE_TOKEN" in answer["error"], f"a stranger does not say for whom: {status} {answer}")
        click = {"type": "click", "visitor": "limits", "platform": "web", "slot": "home-hero", "variant": "winter"}
        status, answer = client.ask("POST", "/v1/events", click | {"ip": "192.0.2.7"})
        check(status == 403 and "none was recorded" in answer["error"], f"{status} {answer}")
        for document, expected in (
            ([click] * 3, 400), (click | {"slot": "unknown"}, 404),
            ({"type": "purchase", "visitor": "limits", "platform": "web", "revenue": 1000.01}, 400),
            ({"type": "purchase", "visitor": "limits", "platform": "web", "revenue": -1000.01}, 400),
            ({"type": "view", "visitor": "limits", "platform": "web", "slot": "home-hero", "variant": "winter", "propensity": 0}, 400),
            ({"type": "view", "visitor": "limits", "platform": "web", "slot": "home-hero", "variant": "winter", "table": "2026-02-30"}, 400),
            (click | {"propensity": 0.5}, 400),
            ({"type": "view", "visitor": "limits", "platform": "web", "slot": "home-hero", "variant": "winter", "propensity": 0.5, "table": str(TODAY)}, 201),
        ):
            status, answer = client.ask("POST", "/v1/events", document, trusted)
            check(status == expected, f"{str(document)[:150]}: {status} {answer}")
        status, _ = Client(service.port).ask("POST", "/v1/events", b"[" + b" " * 4000 + b"]", trusted)
        check(status == 413, f"a body over the limit: {status}")
        for number in range(6):
            status, _ = client.ask("POST", "/v1/events", click | {"visitor": f"segment-{number}", "segment": f"{number % 5}"}, trusted)
            check(status == 201, "a segment too many is not refused")
        segments = {event["visitor"]: event.get("segment") for event in logged(folder) if event["visitor"].startswith("segment-")}
        expected = {f"segment-{number}": (str(number % 5) if number % 5 < 3 else None) for number in range(6)}
        check(segments == expected, f"segments over the limit are left out: {segments}")
        check(client.ask("GET", "/healthz")[1]["segments_left_out"] == 2, "and counted")


def check_unwritable(folder: str, library: str) -> None:
    """Where the log cannot be written, the answer is an error of the protocol, and whoever asks for no log is answered."""
    with Service(folder, library, workers=1, events=f"{folder}/catalogue.json/events", rate="1e-320") as service:
        service.wait()
        client = Client(service.port)
        # The one request that this rate lets through.
        logging = {"context": {"targetingKey": "v"}, "metadata": {"log": True}}
        status, answer = client.ask("POST", key_path("web/home-hero"), logging)
        is_right = status == 503 and answer["errorCode"] == "GENERAL" and answer["errorDetails"]
        check(is_right and answer["key"] == "web/home-hero", f"the log cannot be written: {status} {answer}")
        status, answer, headers = client.exchange("POST", FLAGS, {"context": {"targetingKey": "v"}})
        check(status == 429 and headers["Retry-After"] == "86400", f"a rate of next to nothing: {status} {answer}")
    with Service(folder, library, workers=1, events=f"{folder}/catalogue.json/events") as service:
        service.wait()
        client = Client(service.port)
        status, answer = client.ask("POST", FLAGS, logging)
        is_right = status == 503 and "key" not in answer and answer["errorCode"] == "GENERAL" and answer["errorDetails"]
        check(is_right, f"the log cannot be written: {status} {answer}")
        for path in (FLAGS, key_path("web/home-hero")):
            status, answer = client.ask("POST", path, {"context": {"targetingKey": "v"}})
            check(status == 200, f"what logs nothing needs no log: {status} {answer}")
        paths = client.ask("GET", "/openapi.json")[1]["paths"]
        for path in (FLAGS, f"{FLAGS}/{{key}}"):
            failure = paths[path]["post"]["responses"]["503"]["content"]["application/json"]["schema"]
            check(failure == {"$ref": "#/components/schemas/failure"}, f"the description of {path} says so: {failure}")
        status, answer = client.ask("GET", "/v1/banner?platform=web&slot=home-hero&visitor=v")
        check(status == 503 and answer["error"], f"a banner that cannot be logged: {status} {answer}")


def check_settings() -> None:
    """Settings that would make the service another than was meant are refused at its start."""
    from settings import Settings

    kept = dict(os.environ)
    for name, value, expected in (
        ("token", "t\n", "t"), ("token", "\t a b \r\n", "a b"), ("token", "\n", None), ("token", "", None), ("token", " ", None),
        ("rate", "-1", None), ("rate", "nan", None), ("rate", "inf", None), ("revenue", "inf", None), ("batch", "1.5", None),
        ("rate", "0.5", 0.5), ("rate", "", 0.0),
    ):
        os.environ[f"SLUICE_{name.upper()}"] = value
        try:
            found = getattr(Settings.from_environment(), name)
        except ValueError as error:
            check(f"SLUICE_{name.upper()}" in str(error), f"{name} of {value!r} is named: {error}")
            found = None
        finally:
            os.environ.clear()
            os.environ.update(kept)
        check(found == expected, f"{name} of {value!r} is {found!r}, not {expected!r}")


def check_mender(folder: str) -> None:
    """The log mender cuts the service's own files and no others."""
    from event_log import EventLog

    os.makedirs(f"{folder}/mend/date=2026-11-21")
    torn = b'{"a":1}\n{"b"'
    outside = f"{folder}/outside.txt"
    for path in (outside, f"{folder}/outside-2.txt", f"{folder}/mend/date=2026-11-21/banners-old.jsonl"):
        with open(path, "wb") as file:
            file.write(torn)
    os.symlink(outside, f"{folder}/mend/date=2026-11-21/banners-link.jsonl")
    os.link(f"{folder}/outside-2.txt", f"{folder}/mend/date=2026-11-21/banners-hard.jsonl")
    os.mkfifo(f"{folder}/mend/date=2026-11-21/banners-pipe.jsonl")
    os.symlink(f"{folder}/mend/date=2026-11-21", f"{folder}/mend/date=2026-11-22")
    log = EventLog(f"{folder}/mend", ZONE)
    log.mend("2026-11-22")
    with open(f"{folder}/mend/date=2026-11-21/banners-old.jsonl", "rb") as file:
        check(file.read() == torn, "a folder that is a link is left alone")
    log.mend("2026-11-21")
    contents = {}
    for path in (outside, f"{folder}/outside-2.txt", f"{folder}/mend/date=2026-11-21/banners-old.jsonl"):
        with open(path, "rb") as file:
            contents[path] = file.read()
    check(list(contents.values()) == [torn, torn, b'{"a":1}\n'], f"links are not followed: {contents}")


# Names that are there, so that requests reach what is behind them.
KNOWN = """
[parameters]
platform = "web"
slot = "home-hero"
"path.key" = "web/home-hero"
"""


def check_made_up(service: Service, token: str | None, examples: int | None, configuration: str = "") -> None:
    """Requests that schemathesis makes up, by its default run; by chance where SCHEMATHESIS_SEED is `random`, from a fixed seed otherwise."""
    command = [os.path.join(os.path.dirname(sys.executable), "schemathesis"), "run", f"http://127.0.0.1:{service.port}/openapi.json"]
    command += ["--no-color"] + ([] if examples is None else ["--max-examples", str(examples)])
    seed = os.environ.get("SCHEMATHESIS_SEED", "20261130")
    command += [] if seed == "random" else ["--seed", seed]
    if token is not None:
        # Sent so, and not as a key: whoever sends two tokens must be right with both, and one is made up at times.
        command += ["--header", "Authorization: Bearer " + token]
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/schemathesis.toml", "w", encoding="utf-8") as file:
            file.write(configuration)
        done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder, timeout=600)
    check(done.returncode == 0, f"schemathesis finds nothing: {done.stdout[-6000:]}{done.stderr[-2000:]}")
    print("schemathesis:", [line.strip() for line in done.stdout.splitlines() if "generated" in line], flush=True)
    check("Traceback" not in service.log(), f"no input is an error of the service's own: {service.log()}")


def run(folder: str, library: str, examples: int | None) -> None:
    publish(f"{folder}/state", str(TODAY), ROWS)
    with open(f"{folder}/catalogue.json", "w", encoding="utf-8") as file:
        json.dump(CATALOGUE, file)
    check_mender(folder)
    check_settings()
    with Service(folder, library, workers=2) as service:
        service.wait()
        check_client(service, folder, library)
        check_errors(service, folder)
        check_bulk(service, folder)
        check_made_up(service, None, examples)
        check_health(service, folder)
    check_token(folder, library)
    check_unwritable(folder, library)
    with Service(folder, library, workers=2, token="secret") as service:
        service.wait()
        check_made_up(service, "secret", examples, KNOWN)


def main() -> None:
    if len(sys.argv) not in (2, 3):
        sys.exit(f"usage: {sys.argv[0]} LIBRARY [EXAMPLES]")
    with tempfile.TemporaryDirectory() as folder:
        run(folder, os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) == 3 else None)


if __name__ == "__main__":
    main()
