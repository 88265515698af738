"""Which HTTP clients of a program's own send a request as it is, and once."""

from __future__ import annotations

from brightpearl.exceptions import ValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import httpx


def require_single_sender(client: httpx.Client | httpx.AsyncClient) -> None:
    """Raises `ValidationError` at `client` for one that sends a request otherwise than it is, or more than once."""
    if (wrong := meddling(client)) is not None:
        raise ValidationError(f"the HTTP client {wrong[0]}", location="client", advice=wrong[1])


def meddling(client: httpx.Client | httpx.AsyncClient) -> tuple[str, str] | None:
    """What such a client does, and what to do about it; None for one that sends what it is given, once."""
    if client.auth is not None:
        return (
            "has `auth`, which may send a write again and replaces the header of the credentials; expected none",
            "Give a gateway that wants a password its header by `headers` of the HTTP client.",
        )
    if client.params:
        return (
            "has `params`, which would stand in every URL; expected none",
            "Give further parameters to the call by `extra_query`.",
        )
    transports = [getattr(client, "_transport", None), *getattr(client, "_mounts", {}).values()]
    repeats = next((name for name in map(_named_for_retries, transports) if name), None)
    if repeats is not None:
        return (
            f"has a {repeats}, which may send a write again; expected the transport that it wraps",
            "Say by `max_retries` how often to try again: what a repetition could double is not repeated.",
        )
    return None


def _named_for_retries(transport: object) -> str | None:
    """The name of a transport's class that repeats by itself, such as a `RetryTransport` of httpx-retries."""
    return next((kind.__name__ for kind in type(transport).__mro__ if "retry" in kind.__name__.lower()), None)
