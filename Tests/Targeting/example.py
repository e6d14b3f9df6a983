#!/usr/bin/env python3
"""Writes fixtures/targeting/: an invented shop's customers and its last campaign, for the page and its test.

    python Tests/Targeting/example.py FOLDER

The same bytes every time. A mail helps most with customers who have not bought for long; a short message helps with frequent ones
and puts off those who have just bought.
"""

from __future__ import annotations

import gzip
import os
import sys

import numpy as np

CUSTOMERS = 12_000
CAMPAIGN = 8_000
CITIES = ["Pune", "Mumbai", "Delhi", "Nashik"]


def effects(days: np.ndarray, purchases: np.ndarray) -> np.ndarray:
    """What each message adds to the log odds of a purchase (n × 3: nothing, mail, sms)."""
    mail = np.where(days > 60, 0.9, 0.05)
    sms = np.where(days < 20, -0.5, np.where(purchases >= 4, 0.9, 0.1))
    return np.column_stack([np.zeros(len(days)), mail, sms])


def files() -> dict[str, str]:
    random = np.random.default_rng(2026)
    days = np.minimum(random.exponential(60, CUSTOMERS).astype(int) + 1, 365)
    purchases = 1 + random.poisson(2.5, CUSTOMERS)
    basket = np.round(random.lognormal(3.4, 0.5, CUSTOMERS), 2)
    city = random.choice(4, CUSTOMERS, p=[0.4, 0.3, 0.2, 0.1])
    newsletter = (random.random(CUSTOMERS) < 0.6).astype(int)
    base = -2.2 + 0.15 * purchases - 0.004 * days + 0.3 * newsletter
    rates = 1 / (1 + np.exp(-(base[:, None] + effects(days, purchases))))
    arm = random.choice(3, CUSTOMERS, p=[0.2, 0.4, 0.4])
    outcome = (random.random(CUSTOMERS) < rates[np.arange(CUSTOMERS), arm]).astype(int)
    asked = set(random.choice(CUSTOMERS, CAMPAIGN, replace=False).tolist())
    out = sorted(random.choice(CUSTOMERS, 150, replace=False).tolist())

    def features(row: int) -> str:
        return f"{days[row]},{purchases[row]},{basket[row]:.2f},{CITIES[city[row]]},{newsletter[row]}"

    names = "days_since_purchase,purchases,average_basket,city,newsletter"
    messages = ["control", "mail", "sms"]
    return {
        "customers.csv": f"customer,message,outcome,{names}\n"
        + "".join(f"k{row:05d},{messages[arm[row]]},{outcome[row]},{features(row)}\n" for row in range(CUSTOMERS) if row in asked),
        "base.csv": f"customer,{names}\n" + "".join(f"k{row:05d},{features(row)}\n" for row in range(CUSTOMERS)),
        "opt-outs.csv": "customer\n" + "".join(f"k{row:05d}\n" for row in out),
    }


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    os.makedirs(sys.argv[1], exist_ok=True)
    for name, text in files().items():
        with open(os.path.join(sys.argv[1], name + ".gz"), "wb") as file:
            with gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0) as packed:
                packed.write(text.encode())


if __name__ == "__main__":
    main()
