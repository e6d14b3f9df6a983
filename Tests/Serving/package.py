#!/usr/bin/env python3
"""The Python package as somebody installs it: the wheel in a fresh environment, its types, its provider, its errors.

    python package.py WHEEL

Exit: 0 when all held, 1 with what did not.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
from datetime import date

from support import SERVING, check, publish

USE = '''
import numbers, os, sys, threading, time
import sluice_randomizer as sluice
from openfeature import api
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import ErrorCode
from sluice_randomizer import Host, NoTable, NoneAllowed, Overrides, RandomizerError, TableRefused, UnknownSlot
from sluice_randomizer.provider import SluiceProvider

def check(holds, text):
    if not holds:
        raise SystemExit(f"not so: {text}")

def raised(kind, call, *words):
    try:
        call()
    except kind as error:
        text = str(error)
        check(all(word in text for word in words), f"{kind.__name__} says {words}: {text}")
        return
    raise SystemExit(f"not so: {kind.__name__} is raised")

class Number:
    """A whole number of another library, as NumPy's are."""

    def __init__(self, value):
        self.value = value

    def __int__(self):
        return self.value

    def __abs__(self):
        return abs(self.value)

    def __repr__(self):
        return f"Number({self.value})"

numbers.Integral.register(Number)

state, broken, empty, day = sys.argv[1:]
check("site-packages" in sluice.__file__, sluice.__file__)
with Host(state) as host:
    shown = host.assign("web", "hero", "v-1")
    check(shown.variant in ("a", "b", "plain") and shown.date == day and not shown.is_override, shown)
    visitors = [f"v-{number} é🙂" for number in range(3000)] + [""]
    for segment in ("", "Pune", "elsewhere"):
        batch = host.assign_batch("web", "hero", visitors, segment)
        for visitor, one in zip(visitors, batch):
            single = host.assign("web", "hero", visitor, segment)
            check((one.variant, one.propensity, one.date, one.has_own_group) == (single.variant, single.propensity, single.date, single.has_own_group), visitor)
            check(single.is_control == (single.variant == "plain"), single)
    check(host.assign_batch("web", "hero", []) == [], "nobody")
    check(len({one.variant for one in host.assign_batch("web", "many", visitors)}) > 90, "many arms with long names")
    overrides = Overrides()
    overrides.pin("tester", "web", "hero", "plain")
    overrides.pin("tester", "web", "hero", "b")
    overrides.pin("lost", "web", "hero", "unknown")
    pinned = host.assign("web", "hero", "tester", overrides=overrides, allowed=["a"])
    check((pinned.variant, pinned.propensity, pinned.is_override) == ("b", 1.0, True), pinned)
    check(host.assign("web", "hero", "lost", overrides=overrides) == host.assign("web", "hero", "lost"), "a pin to nothing")
    check(host.assign("web", "hero", "v-1", allowed=["a"]).variant == "a", "a subset")
    check(host.explain("web", "hero", "v-1")["variant"] == shown.variant, "it is explained")
    raised(UnknownSlot, lambda: host.assign("web", "nowhere", "v"), "default")
    raised(UnknownSlot, lambda: host.assign_batch("web", "nowhere", ["v"]), "default")
    raised(NoneAllowed, lambda: host.assign("web", "hero", "v", allowed=[]), "default")
    raised(UnicodeEncodeError, lambda: host.assign("web", "hero", "\\ud800"))
    for number, text in (
        (7, "7"), (7.0, "7"), (-12, "-12"), (0, "0"), (Number(7), "7"), (10**18 - 1, "9" * 18), (2.0**53 - 1, "9007199254740991"),
    ):
        check(host.assign("web", "hero", number) == host.assign("web", "hero", text), f"{number!r} is {text}")
        batch = host.assign_batch("web", "hero", [number, text])
        check(batch[0] == batch[1], f"{number!r} in a batch")
        check(host.explain("web", "hero", number)["visitor"] == text, f"{number!r} is explained as {text}")
    check(host.assign(1, 1, "v", 1, [1]).variant == "1", "names that are numbers")
    check(not host.assign(1.0, "1", "v").has_own_group, "names that are numbers")
    check(host.assign(1, 1, "v", 1).has_own_group, "a segment that is a number")
    overrides.pin(5, 1, 1, 2)
    check(host.assign("1", "1", "5", overrides=overrides).variant == "2", "a pin by numbers")
    for other in (True, None, 7.5, float("nan"), float("inf"), 2.0**53, 10**18, b"v", ["v"], object()):
        for call in (
            lambda: host.assign("web", "hero", other), lambda: host.assign(other, "hero", "v"),
            lambda: host.assign("web", other, "v"), lambda: host.assign("web", "hero", "v", other),
            lambda: host.assign("web", "hero", "v", allowed=[other]),
            lambda: host.assign_batch("web", "hero", [other]), lambda: host.explain("web", "hero", other),
            lambda: overrides.pin(other, "web", "hero", "a"), lambda: overrides.pin("v", "web", "hero", other),
        ):
            raised(TypeError, call, "give a text")
    raised(TypeError, lambda: host.assign("web", "hero", "v", allowed="a"), "'allowed'", "give a list")
    raised(TypeError, lambda: host.assign_batch("web", "hero", "visitors"), "'visitors'", "give a list")
    check(host.refresh() is False and host.status().fault is None, "nothing new")
    child = os.fork()
    if child == 0:
        try:
            host.assign("web", "hero", "v")
        except RandomizerError as error:
            os._exit(0 if "fork" in str(error) else 1)
        os._exit(2)
    check(os.waitpid(child, 0)[1] == 0, "after a fork it says so")
raised(RandomizerError, lambda: host.assign("web", "hero", "v"), "closed")
with Host(broken) as host:
    raised(TableRefused, host.refresh, "xxh64 is", "publish the table again")
    raised(NoTable, lambda: host.assign("web", "hero", "v"), "xxh64 is")
with Host(empty) as host:
    raised(NoTable, lambda: host.assign("web", "hero", "v"), "no allocation table here", "publish a table first")
raised(RandomizerError, lambda: Host(state + "\\0x"), "zero byte", "give it without")
raised(RandomizerError, lambda: Host(state, pipeline="banners\\0x"), "zero byte", "give it without")
raised(sluice.LibraryNotFound, lambda: Host(state, library="/nowhere.so"), "/nowhere.so", "correct the path")
os.environ["SLUICE_RANDOMIZER_LIBRARY"] = "/usr/lib/x86_64-linux-gnu/libm.so.6" if os.path.exists("/usr/lib/x86_64-linux-gnu/libm.so.6") else sys.executable
raised(sluice.LibraryNotFound, lambda: Host(state), "make library" if "libm" in os.environ["SLUICE_RANDOMIZER_LIBRARY"] else "correct")
del os.environ["SLUICE_RANDOMIZER_LIBRARY"]

api.set_provider_and_wait(SluiceProvider(state)) if hasattr(api, "set_provider_and_wait") else api.set_provider(SluiceProvider(state))
client = api.get_client()
with Host(state) as host:
    # From 1: the SDK takes a targeting key of 0 for none.
    for number in range(1, 100):
        context = EvaluationContext(f"v-{number}", {"segment": "Pune"} if number % 2 else {})
        details = client.get_string_details("web/hero", "mine", context)
        wanted = host.assign("web", "hero", f"v-{number}", "Pune" if number % 2 else "")
        check(details.value == details.variant == wanted.variant and details.reason == "SPLIT", details)
        check(details.flag_metadata["propensity"] == wanted.propensity and details.flag_metadata["control"] == wanted.is_control, details)
        for context in (EvaluationContext(number, {"segment": 7.0}), EvaluationContext("v", {"customer": number, "segment": "7"})):
            details = client.get_string_details("web/hero", "mine", context)
            wanted = host.assign("web", "hero", str(number), "7").variant
            check(details.value == wanted, f"{context} counts as its digits: {details}")
for key, context, code in (
    ("web/nowhere", EvaluationContext("v"), ErrorCode.FLAG_NOT_FOUND), ("hero", EvaluationContext("v"), ErrorCode.FLAG_NOT_FOUND),
    ("web/hero", EvaluationContext(), ErrorCode.TARGETING_KEY_MISSING),
    ("web/hero", EvaluationContext("v", {"segment": 7.5}), ErrorCode.INVALID_CONTEXT),
    ("web/hero", EvaluationContext("v", {"customer": True}), ErrorCode.INVALID_CONTEXT),
    ("web/hero", EvaluationContext(True), ErrorCode.INVALID_CONTEXT),
    ("web/hero", EvaluationContext(["v"]), ErrorCode.INVALID_CONTEXT),
    ("web/hero", EvaluationContext(""), ErrorCode.TARGETING_KEY_MISSING),
    ("web/hero", EvaluationContext("\\ud800"), ErrorCode.INVALID_CONTEXT),
):
    details = client.get_string_details(key, "mine", context)
    check(details.value == "mine" and details.error_code == code, f"{key}: {details}")
check(client.get_integer_details("web/hero", 7, EvaluationContext("v")).error_code == ErrorCode.TYPE_MISMATCH, "types")
try:
    api.set_provider(SluiceProvider(empty))
except Exception:
    pass
details = api.get_client().get_string_details("web/hero", "mine", EvaluationContext("v"))
check(details.value == "mine" and details.error_code is not None, f"without a table the default stands: {details}")
# What initialize said is what every evaluation says, and not only a log.
provider = SluiceProvider(state, library="/nowhere.so")
api.set_provider(provider)
for _ in range(200):
    details = api.get_client().get_string_details("web/hero", "mine", EvaluationContext("v"))
    if details.error_message:
        break
    time.sleep(0.05)
check(details.value == "mine" and details.error_code == ErrorCode.PROVIDER_NOT_READY, f"without the library: {details}")
words = ("/nowhere.so", "correct the path")
check(details.error_message and all(word in details.error_message for word in words), f"the remedy is repeated: {details}")
raised(sluice.LibraryNotFound, lambda: provider.initialize(EvaluationContext()), *words)
api.shutdown()
'''


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} WHEEL")
    wheel = os.path.abspath(sys.argv[1])
    day = str(date(2026, 11, 21))
    with tempfile.TemporaryDirectory() as folder:
        many = [f"web,many,*,a variant with a long name {number:03d} ………………………………,0.01,active" for number in range(100)]
        rows = ["web,hero,*,a,0.45,active", "web,hero,*,b,0.45,new", "web,hero,*,plain,0.1,control", "web,hero,Pune,a,0.1,active", "web,hero,Pune,b,0.9,active"]
        many += [f"1,1,{segment},{variant},0.5,active" for segment in ("*", "1") for variant in ("1", "2")]
        publish(f"{folder}/state", day, rows + many, {"web/hero": "site"})
        publish(f"{folder}/broken", day, rows)
        with open(f"{folder}/broken/current/allocation.csv", "r+b") as file:
            content = file.read().replace(b"0.45", b"0.54", 1)
            file.seek(0)
            file.write(content)
        os.mkdir(f"{folder}/empty")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("SLUICE_", "PYTHON"))}
        venv.create(f"{folder}/venv", with_pip=True)
        python = f"{folder}/venv/bin/python"
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"{wheel}[openfeature]"]
        subprocess.run(install, check=True, env=environment)
        with open(f"{folder}/use.py", "w", encoding="utf-8") as file:
            file.write(USE)
        command = [python, f"{folder}/use.py", f"{folder}/state", f"{folder}/broken", f"{folder}/empty", day]
        subprocess.run(command, check=True, env=environment, cwd=folder)
        # Without the library: the sources alone.
        bare = subprocess.run(
            [python, "-c", f"import sys; sys.path.insert(0, {SERVING!r}); from sluice_randomizer import Host; Host('x')"],
            check=False, env=environment, cwd=folder, capture_output=True, text=True,
        )
        check("LibraryNotFound" in bare.stderr and "make library" in bare.stderr, f"what to do without the library: {bare.stderr}")
        mypy = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", f"{folder}/mypy", "-p", "sluice_randomizer"]
        done = subprocess.run(mypy, check=False, cwd=SERVING, capture_output=True, text=True)
        check(done.returncode == 0, f"types: {done.stdout}{done.stderr}")
    print(f"package: {os.path.basename(wheel)}, {os.path.getsize(wheel) // 1000} kB, in a fresh environment")


if __name__ == "__main__":
    main()
