"""The service that runs flows on schedules and on events: `brightpearl serve`, or an application to mount."""

from __future__ import annotations

import os

from brightpearl.exceptions import ValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from starlette.applications import Starlette

    from brightpearl.service.configuration import ServiceConfiguration

_NEEDED = ("sqlalchemy", "starlette", "uvicorn", "cronsim", "durationpy", "jinja2", "standardwebhooks", "tomli")


def application(configuration: ServiceConfiguration | str | os.PathLike[str]) -> Starlette:
    """An ASGI application to serve, or to mount in another one, whose lifespan must then enter this one's.

    `configuration`: a file such as `brightpearl.toml`. Raises `ConfigurationError` with everything that is wrong in it.
    """
    require_packages()
    from brightpearl.service.asgi import application as made

    return made(configuration)


def require_packages() -> None:
    """Raises `ValidationError` where the packages are missing that a service needs."""
    import sys
    from importlib.util import find_spec

    needed = [name for name in _NEEDED if name != "tomli" or sys.version_info < (3, 11)]
    missing = [name for name in needed if find_spec(name) is None]
    if missing:
        raise ValidationError(
            f"the service needs packages that are not installed: {', '.join(missing)}",
            advice="Install them: pip install 'brightpearl[serve]'.",
        )
