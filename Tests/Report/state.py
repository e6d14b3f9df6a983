"""A state directory read by the book: what a report's numbers are compared with."""

import csv
import datetime
import glob
import json
import os


def dates_of(folder):
    return {os.path.basename(path)[5:]: path for path in glob.glob(os.path.join(folder, "date=*"))}


class State:
    """Rows of `*` by (date, experiment, variant), counts likewise over all segments, and quality files by date."""

    def __init__(self, path, damaged=(), days=90):
        self.rows, self.counts, self.quality, self.segments = {}, {}, {}, {}
        tables, statistics = dates_of(path + "/allocations"), dates_of(path + "/statistics")
        everything = sorted(set(tables) | set(statistics))
        first, last = (datetime.date.fromisoformat(date) for date in (everything[0], everything[-1]))
        self.days = [(first + datetime.timedelta(days=n)).isoformat() for n in range((last - first).days + 1)][-days:]
        self.tables = sorted(date for date in tables if ("table", date) not in damaged)
        for date in self.tables:
            for row in self.read(tables[date] + "/allocation.csv"):
                key = (date, row["platform"] + "/" + row["slot"], row["variant"])
                if row["segment"] == "*":
                    self.rows[key] = row
                elif date == self.tables[-1]:
                    self.segments[key[1:] + (row["segment"],)] = row
        self.counted = sorted(date for date in statistics if ("statistics", date) not in damaged)
        for date in self.counted:
            for row in self.read(statistics[date] + "/statistics.csv"):
                key = (date, row["platform"] + "/" + row["slot"], row["variant"])
                sums = self.counts.setdefault(key, {"visitors": 0, "clickers": 0, "purchasers": 0, "micros": 0})
                for name in ("visitors", "clickers", "purchasers"):
                    sums[name] += int(row[name])
                whole, _, fraction = row["revenue"].partition(".")
                micros = int(whole.lstrip("-")) * 10**6 + int(fraction.ljust(6, "0"))
                sums["micros"] += -micros if whole.startswith("-") else micros
        for date in statistics:
            if ("quality", date) not in damaged:
                with open(statistics[date] + "/quality.json", encoding="utf-8") as file:
                    self.quality[date] = json.load(file)
        keys = set(self.rows) | set(self.counts)
        self.experiments = sorted({key[1] for key in keys}, key=lambda name: name.encode())
        self.arms = {
            name: sorted({key[2] for key in keys if key[1] == name}, key=lambda name: name.encode())
            for name in self.experiments}

    @staticmethod
    def read(path):
        with open(path, newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))
