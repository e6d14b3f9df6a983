"""What can be shown: platforms, their slots, and up to ten banners a slot, each with the time it is valid in.

    {"platforms": {"web": {"slots": {"home-hero": {"banners": {
        "autumn": {"image": "/autumn.jpg", "link": "/sale", "valid_from": "2026-11-01", "valid_until": "2026-12-01T12:00:00Z"}
    }}}}}}

`valid_from` is the first instant, `valid_until` the first one after; either may be left out. Times without an offset are of the
pipeline's timezone. Banners are the variants of the pipeline's configuration by their names.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

MAXIMUM_BANNERS = 10
KEYS = {"image", "link", "title", "valid_from", "valid_until"}


class CatalogueError(Exception):
    """The catalogue is not what it must be."""


@dataclass(frozen=True)
class Banner:
    content: dict
    valid_from: datetime | None
    valid_until: datetime | None

    def is_valid(self, now: datetime) -> bool:
        """Whether it may be shown at a time in UTC."""
        return (self.valid_from is None or self.valid_from <= now) and (
            self.valid_until is None or now < self.valid_until
        )


def _unique(pairs: list) -> dict:
    """Refuses names that stand twice: the last would win in silence."""
    names = dict(pairs)
    if len(names) < len(pairs):
        raise ValueError(f"a name stands twice among {[name for name, _ in pairs]}")
    return names


def _only(described: dict, name: str) -> dict:
    """Returns the one thing that a level holds; another key would be a slip."""
    if set(described) != {name}:
        raise ValueError(f"{sorted(described)} where only '{name}' is expected")
    return described[name]


class Catalogue:
    """The slots of each platform. Platforms are tenants: nothing of one is seen by another."""

    def __init__(self, text: str, zone_name: str):
        zone = ZoneInfo(zone_name)
        try:
            document = json.loads(text, object_pairs_hook=_unique)
            platforms = document["platforms"]
            self._slots = {
                platform: {
                    slot: self._banners(f"{platform}/{slot}", _only(content, "banners"), zone)
                    for slot, content in _only(described, "slots").items()
                }
                for platform, described in platforms.items()
            }
            flags = [(f"{platform}/{slot}", (platform, slot)) for platform, slots in self._slots.items() for slot in slots]
            self._flags = _unique(flags)
            # The banners of slots where none has a time.
            self._always = {
                (platform, slot): list(banners)
                for platform, slots in self._slots.items()
                for slot, banners in slots.items()
                if all(banner.valid_from is None and banner.valid_until is None for banner in banners.values())
            }
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise CatalogueError(f"the catalogue is not of the form that catalogue.py describes: {error!r}") from error

    @classmethod
    def read(cls, path: str, zone_name: str) -> Catalogue:
        with open(path, encoding="utf-8-sig") as file:
            return cls(file.read(), zone_name)

    @staticmethod
    def _banners(place: str, described: dict, zone: ZoneInfo) -> dict[str, Banner]:
        if not 1 <= len(described) <= MAXIMUM_BANNERS:
            raise CatalogueError(f"{place} has {len(described)} banners; 1 to {MAXIMUM_BANNERS} are possible")
        banners = {}
        for name, content in described.items():
            if not name or any(ord(character) < 0x20 or 0xD800 <= ord(character) <= 0xDFFF for character in name):
                raise CatalogueError(f"{place}: a banner's name is empty, or has characters that no name may have")
            unknown = set(content) - KEYS
            if unknown:
                raise CatalogueError(f"{place}/{name}: '{sorted(unknown)[0]}' is not one of {sorted(KEYS)}")
            times = {}
            for key in ("valid_from", "valid_until"):
                if content.get(key) is not None:
                    try:
                        time = datetime.fromisoformat(content[key].replace("Z", "+00:00"))
                    except ValueError as error:
                        raise CatalogueError(f"{place}/{name}: {key} is '{content[key]}', no time") from error
                    # In UTC: clocks of one zone are compared by what they show, which comes twice in autumn.
                    times[key] = (time if time.tzinfo else time.replace(tzinfo=zone)).astimezone(timezone.utc)
            if len(times) == 2 and times["valid_from"] >= times["valid_until"]:
                raise CatalogueError(f"{place}/{name}: valid_until is not after valid_from")
            shown = {key: value for key, value in content.items() if key not in ("valid_from", "valid_until")}
            banners[name] = Banner(shown, times.get("valid_from"), times.get("valid_until"))
        return banners

    @property
    def platforms(self) -> list[str]:
        return sorted(self._slots)

    def slots(self, platform: str) -> list[str]:
        return sorted(self._slots.get(platform, {}))

    @property
    def flags(self) -> dict[str, tuple[str, str]]:
        """Platform and slot of each `platform/slot`."""
        return self._flags

    def valid(self, platform: str, slot: str, now: datetime) -> list[str]:
        """The banners of a slot that may be shown at a time."""
        always = self._always.get((platform, slot))
        if always is not None:
            return always
        instant = now.astimezone(timezone.utc)
        return [name for name, banner in self._slots[platform][slot].items() if banner.is_valid(instant)]

    def banners(self, platform: str, slot: str) -> dict[str, Banner] | None:
        return self._slots.get(platform, {}).get(slot)
