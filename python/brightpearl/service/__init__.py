"""The service that runs flows on schedules and on events: `brightpearl serve`, or an application to mount."""

from __future__ import annotations
