"""Hillstrom's customers as fit.py reads them; the data and their source are in Tests/Uplift/hillstrom."""

from __future__ import annotations

import csv
import gzip
import os

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Uplift", "hillstrom", "hillstrom.csv.gz")


def customers() -> list[dict]:
    """A row a customer: message control, mens or womens, outcome 1 for a visit, features."""
    with gzip.open(DATA, "rt", encoding="utf-8", newline="") as file:
        return [
            {
                "customer": f"h{number:05d}",
                "message": row["segment"],
                "outcome": row["visit"],
                **{name: row[name] for name in ("recency", "history", "mens", "womens", "newbie")},
            }
            for number, row in enumerate(csv.DictReader(file), 1)
        ]
