"""Chance that is a function of the customer: folds, groups and bootstrap weights by XXH64 of the id's UTF-8 bytes."""

from __future__ import annotations

import numpy as np
import xxhash

MASK = (1 << 64) - 1
# The odd number nearest to 2⁶⁴ divided by the golden ratio: seeds of replicates lie far apart.
STEP = 0x9E3779B97F4A7C15


def hashes(customers, seed: int) -> np.ndarray:
    """XXH64(customer, seed) of each customer."""
    digest = xxhash.xxh64_intdigest
    return np.fromiter((digest(customer.encode(), seed) for customer in customers), dtype=np.uint64, count=len(customers))


def folds(customers, seed: int, count: int) -> np.ndarray:
    """The fold of each customer: XXH64(customer, seed) mod count."""
    return (hashes(customers, seed) % np.uint64(count)).astype(np.int64)


def uniforms(customers, seed: int) -> np.ndarray:
    """A number within (0, 1) for each customer, from the upper 53 bits."""
    return ((hashes(customers, seed) >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


def poisson_weights(customers, seed: int, replicate: int) -> np.ndarray:
    """Draws of Poisson(1), one a customer: how often a bootstrap replicate has it. All rows of a customer go together."""
    probability, terms = np.exp(-1.0), []
    for count in range(1, 20):
        terms.append(probability)
        probability /= count
    return np.searchsorted(np.cumsum(terms), uniforms(customers, (seed + replicate * STEP) & MASK)).astype(np.float64)
