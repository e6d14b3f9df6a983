"""What visitors are shown, and what is written down of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from catalogue import Catalogue
from event_log import EventLog
from fields import NotFound
from guard import Segments
from settings import Settings
from sluice_randomizer import Assignment, Host, NoneAllowed, NoTable, UnknownSlot


@dataclass(frozen=True)
class Asker:
    """Who is shown something: a customer is assigned by the customer's id, as the pipeline's mapping says."""

    visitor: str
    customer: str | None = None
    segment: str | None = None
    referrer: str | None = None


@dataclass(frozen=True)
class Exposure:
    """A slot's answer to a visitor."""

    platform: str
    slot: str
    assignment: Assignment
    # The segment whose group served; * is everyone's.
    group: str
    content: dict[str, Any]


class Exposures:
    """The catalogue, the table in service and the log, of one worker process."""

    def __init__(self, settings: Settings):
        self.zone = ZoneInfo(settings.timezone)
        self.catalogue = Catalogue.read(settings.catalogue, settings.timezone)
        self.host = Host(settings.state, pipeline=settings.pipeline or None)
        self.segments = Segments(settings.segments)
        self._log = EventLog(settings.events, settings.timezone)
        self.host.watch(settings.interval)

    def now(self) -> datetime:
        return datetime.now(self.zone)

    def banners(self, platform: str, slot: str) -> dict[str, Any]:
        """What can be shown there. Nothing of one platform is said to another."""
        banners = self.catalogue.banners(platform, slot)
        if banners is None:
            if platform not in self.catalogue.platforms:
                raise NotFound(f"no platform '{platform}'")
            raise NotFound(f"platform '{platform}' has no slot '{slot}'", slots=self.catalogue.slots(platform))
        return banners

    def decide(self, platform: str, slot: str, asker: Asker, now: datetime) -> Exposure:
        """Says what a visitor is shown. Raises NotFound for what the catalogue has not, NoTable, UnknownSlot, NoneAllowed."""
        banners = self.banners(platform, slot)
        valid = self.catalogue.valid(platform, slot, now)
        shown = self.host.assign(platform, slot, asker.customer or asker.visitor, asker.segment or "", valid)
        group = (asker.segment or "*") if shown.has_own_group else "*"
        return Exposure(platform, slot, shown, group, banners[shown.variant].content)

    def view(self, exposure: Exposure, asker: Asker, sender: dict[str, Any]) -> dict[str, Any]:
        """The view of an exposure as the log has it."""
        view = {
            "type": "view",
            "visitor": asker.visitor,
            "platform": exposure.platform,
            "slot": exposure.slot,
            "variant": exposure.assignment.variant,
            "segment": asker.segment,
            "propensity": exposure.assignment.propensity,
            "table": exposure.assignment.date,
            "referrer": asker.referrer,
            "customer": asker.customer,
            **sender,
        }
        return {name: value for name, value in view.items() if value is not None}

    def record(self, events: list[dict[str, Any]], now: datetime) -> None:
        """Writes events in one piece: when this returns they are in the log. Raises OSError, and none is."""
        day = now.date().isoformat()
        for event in events:
            self.segments.keep(event, day)
        self._log.append(events, now)

    def mismatches(self) -> list[str]:
        """What the catalogue and the table in service do not agree on: banners that are never shown, traffic that goes elsewhere."""
        found = []
        for platform in self.catalogue.platforms:
            for slot in self.catalogue.slots(platform):
                try:
                    arms = self.host.explain(platform, slot, visitor="")["arms"]
                except NoTable:
                    return []
                except UnknownSlot:
                    found.append(f"the table has no {platform}/{slot}: its banners are not shown")
                    continue
                served = {arm["variant"] for arm in arms if arm["traffic"] > 0}
                known = {arm["variant"] for arm in arms}
                banners = set(self.banners(platform, slot))
                found += [f"{platform}/{slot} has no banner '{name}': its visitors see others" for name in sorted(served - banners)]
                found += [f"the table has no variant '{name}' of {platform}/{slot}" for name in sorted(banners - known)]
        return found


__all__ = ["Asker", "Exposure", "Exposures", "NoTable", "NoneAllowed", "UnknownSlot"]
