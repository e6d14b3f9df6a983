"""What the service is told by its environment."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, fields


# What may stand around a token. Not all that Python strips: in a header's Latin-1 that would be bytes of other letters.
BLANKS = " \t\r\n"


@dataclass(frozen=True)
class Settings:
    """Each is the environment's SLUICE_ and its name in capitals."""

    # The state directory of the nightly job, or its `allocations`.
    state: str = "state"
    # Tables of another pipeline are refused; empty: of another than the first one's.
    pipeline: str = ""
    # What can be shown, see catalogue.py.
    catalogue: str = os.path.join(os.path.dirname(os.path.abspath(__file__)), "catalogue.json")
    # Where the log of the day is written: the folder that the pipeline's `events.paths` reads.
    events: str = "events"
    # The pipeline's timezone, which says when a day ends.
    timezone: str = "Asia/Kolkata"
    # Seconds between looks for a new table.
    interval: float = 10.0
    # Proxies in front of the service, whose X-Forwarded-For is believed.
    proxies: int = 0
    # Who sends it is trusted: may ask, may say for whom (`ip`, `user_agent`), is not limited in requests. Empty: nobody is.
    token: str = ""
    # 1: who sends no token may ask too. Without a token everybody may.
    strangers: int = 0
    # Requests a second of one address without the token, in each worker; 0: any number.
    rate: float = 0.0
    # Origins of pages whose scripts may ask, with spaces between; * for all.
    origins: str = ""
    # Bytes of a body, and events in one.
    body: int = 1 << 20
    batch: int = 1000
    # A purchase's revenue is between minus this and this.
    revenue: float = 1e9
    # Different segments a day that each worker logs; events of further ones are logged without.
    segments: int = 10_000

    @classmethod
    def from_environment(cls) -> Settings:
        """Raises ValueError for a number that is none, and for a token that is empty."""
        found: dict[str, str | int | float] = {}
        for field in fields(cls):
            name = f"SLUICE_{field.name.upper()}"
            text = os.environ.get(name)
            if field.name == "token" and text is not None:
                # Of a file that ends in a newline, or is empty by mistake, behind which everybody would be answered.
                text = text.strip(BLANKS)
                if not text:
                    raise ValueError(f"{name} is empty; give a token, or leave the variable out, and everybody is answered")
            if not text:
                continue
            kind = type(field.default)
            try:
                value = kind(text)
            except ValueError as error:
                raise ValueError(f"{name} is '{text}', which is no {'whole ' if kind is int else ''}number") from error
            # What is not a number is not above 0 either.
            if kind is not str and not 0 <= value < math.inf:
                raise ValueError(f"{name} is '{text}'; it must be a number from 0")
            found[field.name] = value
        return cls(**found)  # type: ignore[arg-type]

    @property
    def needs_token(self) -> bool:
        return bool(self.token) and not self.strangers
