"""Prints the changes of every timezone of a database, as Python's zoneinfo has them.

    zones.py DIRECTORY FIRST LAST

Of each name in standard input a line: the name, the offset at the instant FIRST, then INSTANT=OFFSET for every change of offset up
to the instant LAST. Offsets are in seconds. Clocks are asked every five days, and between two that differ by halving; two changes
within five days that undo each other would be missed here, and found missing by the comparison.
"""

import datetime
import pathlib
import sys
import zoneinfo

STEP = 5 * 86_400


def changes(zone: zoneinfo.ZoneInfo, first: int, last: int) -> list[tuple[int, int]]:
    def offset(instant: int) -> int:
        return int(datetime.datetime.fromtimestamp(instant, zone).utcoffset().total_seconds())

    found = [(first, offset(first))]
    known = first
    while known < last:
        then = min(known + STEP, last)
        before, after = offset(known), offset(then)
        while before != after:
            low, high = known, then
            while high - low > 1:
                middle = (low + high) // 2
                if offset(middle) == before:
                    low = middle
                else:
                    high = middle
            before = offset(high)
            found.append((high, before))
            known = high
        known = then
    return found


def main() -> None:
    directory, first, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    # The files themselves: neither those of another directory nor of a package.
    zoneinfo.reset_tzpath(to=[directory])
    by_content: dict[bytes, str] = {}
    for name in sys.stdin.read().split():
        content = (pathlib.Path(directory) / name).read_bytes()
        if content not in by_content:
            (start, offset), *rest = changes(zoneinfo.ZoneInfo(name), first, last)
            by_content[content] = " ".join([str(offset)] + [f"{at}={to}" for at, to in rest])
        print(name, by_content[content])


main()
