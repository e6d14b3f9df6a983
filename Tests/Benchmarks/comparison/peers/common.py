"""What the peers' programs share: their arguments, the experiments, and the columns they answer with.

A peer is called as `python with_ENGINE.py jsonl|csv FILE…` (DuckDB's with `nested`, `properties` and `repeated` too) and writes CSV to standard output, one row for each platform, slot,
segment and variant.
"""

import sys

DAY_START = "2026-11-20 00:00:00"
DAY_END = "2026-11-21 00:00:00"
PLATFORM = "web"
SLOTS = ["home-hero", "checkout-banner"]
VARIANTS = [f"banner-{number}" for number in range(4)]

EVENTS_PER_DAY = 800
EVENTS_PER_MINUTE = 60
CLICKS_WITHOUT_VIEW = 20

# The bots among the generated logs' agents. Telling bots by their names is Sluice's own work: the peers get the answer.
BOT_AGENTS = [
    f"Mozilla/5.0 (compatible; Examplebot/2.{number}; +http://bot.example/{number})" for number in range(0, 200, 25)
]

KEYS = ["platform", "slot", "segment", "variant"]
COUNTS = ["visitors", "views", "clicks", "clickers", "purchases", "purchasers", "mixed"]
COLUMNS = KEYS + COUNTS + ["revenue"]


def arguments():
    """Returns the form of the log and its files."""
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} jsonl|csv FILE…")
    return sys.argv[1], sys.argv[2:]


def sql_list(words):
    """Writes words as the list of an SQL `IN`."""
    return ", ".join("'" + word.replace("'", "''") + "'" for word in words)
