"""Columns of a customer list as numbers for a model.

A column is of numbers when at least 99 % of its fields that are not empty are; else of categories. Numbers are scaled by each model
to mean 0 and (population) standard deviation 1, categories stand as columns of 0 and 1 that are not scaled. Categories of fewer
than 50 rows, and those never seen, are `other`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from .console import bad_data, usage, warn
from .tables import Table, is_number, no_number, number, shown

FEWEST_ROWS = 50
MOST_CATEGORIES = 200
OTHER = "other"


@dataclass
class Columns:
    """Features as they are in a file: the texts of each column, and the line of each row."""

    table: Table
    names: list[str]
    texts: dict[str, list[str]] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)

    def __post_init__(self):
        self._indices = [self.table.index(name) for name in self.names]
        # Equal texts are one object: lists of categories then take 8 bytes a row.
        self._known: list[dict[str, str]] = [{} for _ in self.names]
        self._lists = [self.texts.setdefault(name, []) for name in self.names]

    def append(self, row: list[str]) -> None:
        self.lines.append(self.table.line)
        for texts, known, index in zip(self._lists, self._known, self._indices):
            text = row[index]
            if len(known) < 10_000:
                text = known.setdefault(text, text)
            texts.append(text)


@dataclass
class Feature:
    """One column as a model takes it: a number (`mean` stands where it is empty) or these categories."""

    name: str
    mean: float | None = None
    categories: list[str] = field(default_factory=list)
    has_other: bool = False
    has_missing: bool = False

    @property
    def width(self) -> int:
        return 1 + self.has_missing if self.mean is not None else len(self.categories) + self.has_other


class Encoder:
    """Turns features into the columns of a matrix: numbers first, then columns of 0 and 1."""

    def __init__(self, features: list[Feature]):
        self.features = features
        self.numbers = [feature for feature in features if feature.mean is not None]
        self.categories = [feature for feature in features if feature.mean is None]
        self.names = [feature.name for feature in self.numbers]
        self.names += [f"{feature.name} is missing" for feature in self.numbers if feature.has_missing]
        for feature in self.categories:
            self.names += [f"{feature.name}={category}" for category in feature.categories]
            self.names += [f"{feature.name}={OTHER}"] * feature.has_other

    @staticmethod
    def learn(columns: Columns, as_categories: set[str], as_numbers: set[str]) -> "Encoder":
        """Decides what each column is, by the whole file. Outcomes play no part in it."""
        for name in sorted((as_categories | as_numbers) - set(columns.names)):
            raise usage(f"there is no feature {name!r}; the features are {', '.join(map(repr, columns.names)) or 'none'}")
        features = []
        for name in columns.names:
            counts = Counter(columns.texts[name])
            empty = counts.pop("", 0)
            numeric = sum(rows for text, rows in counts.items() if is_number(text))
            filled = sum(counts.values())
            if filled == 0:
                warn(f"{columns.table.name}: the feature {name!r} is empty in every row: it is left out")
                continue
            share = numeric / filled
            if name not in as_categories and (share >= 0.99 or name in as_numbers):
                total = sum(number(text) * rows for text, rows in counts.items() if number(text) is not None)
                features.append(Feature(name, mean=total / numeric if numeric else 0.0, has_missing=empty >= FEWEST_ROWS))
                if empty:
                    warn(f"{columns.table.name}: the number {name!r} is empty in {empty} rows: its mean stands there")
                continue
            if share >= 0.5 and name not in as_categories:
                odd = next(text for text in counts if not is_number(text))
                warn(
                    f"{columns.table.name}: the feature {name!r} is taken as categories, though {100 * share:.0f} % of its fields"
                    f" are numbers: {shown(odd)!r} is none; mend it, or say --numbers {name} or --categories {name}"
                )
            if empty:
                counts[""] = empty
            frequent = [text for text, rows in counts.most_common() if rows >= FEWEST_ROWS]
            if len(frequent) > MOST_CATEGORIES:
                warn(
                    f"the feature {name!r} has {len(frequent)} categories:"
                    f" the {MOST_CATEGORIES} most frequent stand, others are {OTHER!r}"
                )
                frequent = sorted(frequent, key=lambda text: (-counts[text], text.encode()))[:MOST_CATEGORIES]
            if not frequent:
                warn(
                    f"the feature {name!r} is left out: none of its"
                    f" {len(counts)} values has {FEWEST_ROWS} rows; --ignore {name} says so"
                )
                continue
            frequent.sort(key=str.encode)
            features.append(Feature(name, categories=frequent, has_other=len(frequent) < len(counts)))
        return Encoder(features)

    def said(self) -> str:
        """What each feature was taken as, in words."""
        numbers = ", ".join(feature.name for feature in self.numbers)
        categories = ", ".join(f"{feature.name} ({feature.width})" for feature in self.categories)
        return f"numbers: {numbers or 'none'}; categories: {categories or 'none'}"

    def check(self, columns: Columns) -> None:
        """Raises when a file lacks a feature."""
        for feature in self.features:
            if feature.name not in columns.names:
                raise bad_data(
                    f"{columns.table.name}:1: there is no column {feature.name!r}, which the models need: add it, or --ignore it"
                )

    def encode(self, columns: Columns) -> tuple[np.ndarray, np.ndarray]:
        """Returns the matrix, a row a line, and which rows can be used; the others are counted as rejected."""
        rows = len(columns.lines)
        matrix = np.zeros((rows, len(self.names)))
        usable = np.ones(rows, dtype=bool)
        missing = len(self.numbers)
        for column, feature in enumerate(self.numbers):
            known: dict[str, float] = {"": np.nan}
            values = np.empty(rows)
            for row, text in enumerate(columns.texts[feature.name]):
                value = known.get(text)
                if value is None:
                    value = number(text)
                    if value is None:
                        if is_number(text):
                            remedy = f", or leave the column out by --ignore {feature.name}"
                            raise columns.table.beyond(feature.name, text, columns.lines[row], remedy)
                        if usable[row]:
                            columns.table.reject(no_number(feature.name, text), columns.lines[row])
                        usable[row] = False
                        value = np.nan
                    elif len(known) < 100_000:
                        known[text] = value
                values[row] = value
            empty = np.isnan(values)
            values[empty] = feature.mean
            matrix[:, column] = values
            if feature.has_missing:
                matrix[:, missing] = empty
                missing += 1
        start = missing
        for feature in self.categories:
            place = {category: number for number, category in enumerate(feature.categories)}
            other = len(feature.categories) if feature.has_other else -1
            codes = np.fromiter((place.get(text, other) for text in columns.texts[feature.name]), dtype=np.int64, count=rows)
            known_rows = np.flatnonzero(codes >= 0)
            matrix[known_rows, start + codes[known_rows]] = 1
            start += feature.width
        return matrix, usable
