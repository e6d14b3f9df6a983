"""The statistics that a program computed, and where two programs differ."""

from __future__ import annotations

import csv
import glob
import io
import json
from decimal import Decimal

KEYS = ["platform", "slot", "segment", "variant"]
COUNTS = ["visitors", "views", "clicks", "clickers", "purchases", "purchasers"]
TOLERANCE = Decimal("0.000001")


class Statistics:
    """Counts and revenue of each arm in each segment, and the number of mixed units."""

    def __init__(self, text: str, mixed: int | None = None):
        """Reads CSV with a header. `mixed` is given where the rows do not have it."""
        self.rows = {}
        self.mixed = mixed or 0
        for row in csv.DictReader(io.StringIO(text)):
            key = tuple(row[name] for name in KEYS)
            if key in self.rows:
                raise ValueError(f"{'/'.join(key)} comes twice")
            self.rows[key] = {name: int(row[name]) for name in COUNTS}, Decimal(row["revenue"])
            if mixed is None:
                self.mixed += int(row["mixed"])

    @classmethod
    def of_sluice(cls, state: str) -> Statistics:
        """Reads the one day of a state directory."""
        (folder,) = glob.glob(f"{state}/statistics/date=*")
        with open(f"{folder}/quality.json", encoding="utf-8") as file:
            mixed = json.load(file)["mixed_units"]
        with open(f"{folder}/statistics.csv", encoding="utf-8", newline="") as file:
            return cls(file.read(), mixed)

    def differences_of_output(self, text: str) -> list[str]:
        """Says where what a peer wrote is not what this is."""
        try:
            other = Statistics(text)
        except (ArithmeticError, KeyError, TypeError, ValueError) as error:
            return [f"the output cannot be read: {type(error).__name__}: {error}"]
        return self.differences(other)

    def differences(self, other: Statistics) -> list[str]:
        """Says where `other` is not what this is; nothing when they agree: counts exactly, revenue to 10⁻⁶."""
        found = []
        for key in sorted(self.rows.keys() | other.rows.keys()):
            name = "/".join(key)
            if key not in other.rows:
                found.append(f"{name} is missing")
            elif key not in self.rows:
                found.append(f"{name} should not be there")
            else:
                counts, revenue = self.rows[key]
                other_counts, other_revenue = other.rows[key]
                found += [
                    f"{name}: {column} is {other_counts[column]}, not {counts[column]}"
                    for column in COUNTS
                    if counts[column] != other_counts[column]
                ]
                if abs(revenue - other_revenue) > TOLERANCE:
                    found.append(f"{name}: revenue is {other_revenue}, not {revenue}")
        if self.mixed != other.mixed:
            found.append(f"mixed units: {other.mixed}, not {self.mixed}")
        return found
