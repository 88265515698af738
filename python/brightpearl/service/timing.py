"""When flows are due: every so often, or as a cron expression says, in the zone that it is meant in."""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import durationpy
from cronsim import CronSim, CronSimError

from brightpearl.arguments import did_you_mean

_SHORTEST_MS = 1_000
_LONGEST_MS = 366 * 24 * 60 * 60_000


@dataclass(frozen=True)
class Schedule:
    """When a flow is due by itself."""

    every_ms: int | None = None
    cron: str | None = None
    zone: datetime.tzinfo = datetime.timezone.utc

    @property
    def is_any(self) -> bool:
        """Whether it is ever due by itself."""
        return self.every_ms is not None or self.cron is not None

    def next_ms(self, last_ms: int | None, now_ms: int) -> int | None:
        """When it is due, after it last ended: now, where that was missed; None where it never is by itself."""
        if self.every_ms is not None:
            return now_ms if last_ms is None else last_ms + self.every_ms
        if self.cron is not None:
            # One that never ran begins with the next time; one that was missed while nothing ran is made up for.
            since = now_ms if last_ms is None else last_ms
            start = datetime.datetime.fromtimestamp(since / 1000, self.zone)
            return int(next(CronSim(self.cron, start)).timestamp() * 1000)
        return None


def milliseconds_of(text: str) -> int:
    """The milliseconds of a duration such as `15m` or `1h30m`. Raises `ValueError` that says what was expected."""
    try:
        span = durationpy.from_str(text)
    except (ValueError, OverflowError):
        raise ValueError("expected a duration such as 90s, 15m, 1h30m or 30d") from None
    found = int(span.total_seconds() * 1000)
    if not _SHORTEST_MS <= found <= _LONGEST_MS:
        raise ValueError("expected a duration from one second to a year")
    return found


def checked_cron(text: str) -> str:
    """A cron expression of five fields. Raises `ValueError` that says what is wrong."""
    if len(text.split()) != 5:
        raise ValueError("expected the five fields of cron, such as 30 6 * * mon-fri")
    try:
        next(CronSim(text, datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)))
    except CronSimError as error:
        raise ValueError(f"{str(error).lower()}; expected the five fields of cron, such as 30 6 * * mon-fri") from None
    except StopIteration:
        raise ValueError("such a day never comes; expected one that does") from None
    return text


def zone_of(name: str) -> ZoneInfo:
    """A zone of the IANA database. Raises `ValueError`."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        nearest = did_you_mean(name, available_timezones())
        hint = f"did you mean {nearest}?" if nearest else "expected the name of a time zone such as Europe/London"
        raise ValueError(hint) from None


FIRST_WAIT_MS = 1_000
LONGEST_WAIT_MS = 10 * 60_000


def back_off_ms(failures: int, draw: random.Random) -> int:
    """How long to wait after so many failures in a row: twice as long each time, and never quite the same."""
    whole = min(FIRST_WAIT_MS * 2 ** min(max(failures - 1, 0), 20), LONGEST_WAIT_MS)
    return int(whole * (0.5 + draw.random() / 2))
