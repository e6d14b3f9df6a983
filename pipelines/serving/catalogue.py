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
from datetime import datetime
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
        return (self.valid_from is None or self.valid_from <= now) and (
            self.valid_until is None or now < self.valid_until
        )


class Catalogue:
    """The slots of each platform. Platforms are tenants: nothing of one is seen by another."""

    def __init__(self, text: str, timezone: str):
        zone = ZoneInfo(timezone)
        try:
            document = json.loads(text)
            platforms = document["platforms"]
            self._slots = {
                platform: {
                    slot: self._banners(f"{platform}/{slot}", content["banners"], zone)
                    for slot, content in described["slots"].items()
                }
                for platform, described in platforms.items()
            }
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise CatalogueError(f"the catalogue is not of the form that catalogue.py describes: {error!r}") from error

    @classmethod
    def read(cls, path: str, timezone: str) -> Catalogue:
        with open(path, encoding="utf-8") as file:
            return cls(file.read(), timezone)

    @staticmethod
    def _banners(place: str, described: dict, zone: ZoneInfo) -> dict[str, Banner]:
        if not 1 <= len(described) <= MAXIMUM_BANNERS:
            raise CatalogueError(f"{place} has {len(described)} banners; 1 to {MAXIMUM_BANNERS} are possible")
        banners = {}
        for name, content in described.items():
            unknown = set(content) - KEYS
            if unknown:
                raise CatalogueError(f"{place}/{name}: '{sorted(unknown)[0]}' is not one of {sorted(KEYS)}")
            times = {}
            for key in ("valid_from", "valid_until"):
                if content.get(key) is not None:
                    try:
                        time = datetime.fromisoformat(content[key])
                    except ValueError as error:
                        raise CatalogueError(f"{place}/{name}: {key} is '{content[key]}', no time") from error
                    times[key] = time if time.tzinfo else time.replace(tzinfo=zone)
            shown = {key: value for key, value in content.items() if key not in ("valid_from", "valid_until")}
            banners[name] = Banner(shown, times.get("valid_from"), times.get("valid_until"))
        return banners

    @property
    def platforms(self) -> list[str]:
        return sorted(self._slots)

    def slots(self, platform: str) -> list[str]:
        return sorted(self._slots.get(platform, {}))

    def banners(self, platform: str, slot: str) -> dict[str, Banner] | None:
        return self._slots.get(platform, {}).get(slot)
