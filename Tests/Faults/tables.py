"""A published table checked by its own manifest and rules, without the product's code."""

import csv
import json
import os
from decimal import Decimal

MASK = (1 << 64) - 1
PRIMES = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)


def rotated(value, bits):
    return ((value << bits) | (value >> (64 - bits))) & MASK


def lane(accumulator, word):
    return rotated((accumulator + word * PRIMES[1]) & MASK, 31) * PRIMES[0] & MASK


def xxh64(data):
    """XXH64 with seed 0, by its specification (github.com/Cyan4973/xxHash, doc/xxhash_spec.md)."""
    position, words = 0, [int.from_bytes(data[i:i + 8], "little") for i in range(0, len(data) - len(data) % 8, 8)]
    if len(data) >= 32:
        lanes = [(PRIMES[0] + PRIMES[1]) & MASK, PRIMES[1], 0, -PRIMES[0] & MASK]
        stripes = len(data) // 32
        for index, word in enumerate(words[:stripes * 4]):
            lanes[index % 4] = lane(lanes[index % 4], word)
        value = sum(rotated(lanes[i], bits) for i, bits in enumerate((1, 7, 12, 18))) & MASK
        for one in lanes:
            value = ((value ^ lane(0, one)) * PRIMES[0] + PRIMES[3]) & MASK
        position = stripes * 32
    else:
        value = PRIMES[4]
    value = (value + len(data)) & MASK
    for word in words[position // 8:]:
        value = (rotated(value ^ lane(0, word), 27) * PRIMES[0] + PRIMES[3]) & MASK
    position = len(words) * 8
    if position + 4 <= len(data):
        word = int.from_bytes(data[position:position + 4], "little")
        value = (rotated(value ^ word * PRIMES[0] & MASK, 23) * PRIMES[1] + PRIMES[2]) & MASK
        position += 4
    for byte in data[position:]:
        value = rotated(value ^ byte * PRIMES[4] & MASK, 11) * PRIMES[0] & MASK
    for bits, prime in ((33, PRIMES[1]), (29, PRIMES[2])):
        value = (value ^ value >> bits) * prime & MASK
    return value ^ value >> 32


def check_table(folder):
    """What is wrong with a table's folder."""
    try:
        with open(os.path.join(folder, "allocation.csv"), "rb") as file:
            table = file.read()
        with open(os.path.join(folder, "manifest.json"), "rb") as file:
            manifest = json.load(file)
    except (OSError, ValueError) as error:
        return [f"table: {error}"]
    faults = []
    if manifest["bytes"] != len(table) or int(manifest["xxh64"], 16) != xxh64(table):
        faults.append("the table is not the one of its manifest")
    rows, sums = list(csv.DictReader(table.decode().splitlines(True))), {}
    if len(rows) != manifest["rows"]:
        faults.append("other rows than the manifest says")
    for row in rows:
        key = (row["platform"], row["slot"], row["segment"])
        sums[key] = sums.get(key, 0) + Decimal(row["traffic"])
    return faults + [f"shares of {key} sum to {total}" for key, total in sums.items() if total != 1]
