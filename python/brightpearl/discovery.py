"""What can be asked without an account: resources, tasks, errors, whether a body is right, whether a callback
is genuine. Nothing is sent."""

from __future__ import annotations

from collections.abc import Mapping

from brightpearl import _native
from brightpearl.arguments import checked_text, each_of, named, required_choice, wrong_type
from brightpearl.exceptions import ArgumentTypeError, ValidationError
from brightpearl.findings import violation
from brightpearl.record import Record
from brightpearl.wire import body_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Literal

    from brightpearl.catalogue_types import ResourceName
    from brightpearl.descriptions import Catalogue, Errors, ResourceDescription, Task
    from brightpearl.findings import Violation

    UnknownMembers = Literal["warn", "refuse", "allow"]

UNKNOWN_MEMBERS = ("warn", "refuse", "allow")
_VERBS = ("POST", "PUT", "PATCH", "DELETE")
_LARGEST_SECONDS = 1_000_000_000_000
"""Some thirty thousand years."""


def catalog() -> Catalogue:
    """Every resource of the API in short, in the order of the API's own reference.

    >>> [found.name for found in catalog() if "order-service/order-search" in found.searches]
    ['order']
    """
    import json

    from brightpearl.descriptions import Catalogue, read_summary

    return Catalogue(read_summary(members) for members in json.loads(_native.catalog()))


def describe(resource: ResourceName | str) -> ResourceDescription:
    """All that is known about a resource: paths, verbs, search columns with their types, and of each body its
    fields and a JSON Schema.

    `resource`: a short name such as `order-row`, or a path, concrete or with placeholders.

    >>> [operation.path for operation in describe("order-note").operations if operation.method == "POST"]
    ['order-service/order/{ORDER-ID}/note']

    Raises `ValidationError`, with the nearest name, when the name is unknown.
    """
    import json

    from brightpearl.descriptions import read_description

    return read_description(json.loads(_native.describe(checked_text(resource, "resource"))))


def tasks() -> list[Task]:
    """What people do daily, each in one call of `client.task` or of the method of its name."""
    import json

    from brightpearl.descriptions import Task

    return [Task(**members) for members in json.loads(_native.tasks())]


def ask(question: dict[str, dict[str, Any]]) -> Any:
    """The answer to what can be asked without an account, by its name.

    Questions are such as `{"describe": {"resource": "order-row"}}`, or `{"contract": {}}`, which has
    every name that hosts share.

    >>> [table["name"] for table in ask({"contract": {}})][:3]
    ['error-kind', 'delivery', 'severity']

    Raises `ValidationError` at `question` with the names that there are.
    """
    import json

    return json.loads(_native.ask(json.dumps(question)))


def errors() -> Errors:
    """What can go wrong: kinds of errors with their exceptions and advice, and the names that errors use.

    >>> [kind.exception.__name__ for kind in errors().kinds if kind.kind == "throttled"]
    ['ThrottledError']
    """
    import json

    from brightpearl.descriptions import read_errors

    return read_errors(json.loads(_native.errors()))


def validate(
    resource: ResourceName | str, verb: str, body: Any = None, *, unknown_members: UnknownMembers = "warn"
) -> list[Violation]:
    """Everything that is wrong with a body, each with its place; empty when it is right. A client checks its
    writes in the same way before it sends them.

    `resource`: a path, concrete or with placeholders, or the short name of a resource where that verb has one
    path only.
    `body`: bytes or a text as it is, or an object that has a JSON form.
    `unknown_members`: whether members that the catalog does not know are worth a warning (`warn`), an error
    (`refuse`) or nothing (`allow`).

    >>> for violation in validate("order-row", "POST", {"quantity": {"magnitude": "one"}}):
    ...     print(violation.pointer, violation.fault)
    /quantity/magnitude wrong-format
    /rowValue missing
    /productId missing

    Raises `ValidationError` for a verb, a policy or a name that does not exist.
    """
    import json

    checked_text(resource, "resource")
    verb = required_choice(checked_text(verb, "verb").upper(), "verb", _VERBS)
    required_choice(unknown_members, "unknown_members", UNKNOWN_MEMBERS)
    text = _native.validate(resource, verb, body_text(body).encode(), unknown_members)
    return [violation(members) for members in json.loads(text)]


class Callback(Record):
    """What a genuine install or uninstall callback says."""

    __slots__ = ("account_code", "timestamp", "token")

    account_code: str
    """The account that installed or uninstalled the app."""
    timestamp: int
    """When, in milliseconds since the Unix epoch."""
    token: str | None
    """The unsigned account token, which is secret; None for an uninstallation."""

    def __init__(self, account_code: str, timestamp: int, token: str | None) -> None:
        self.account_code = account_code
        self.timestamp = timestamp
        self.token = token

    def __repr__(self) -> str:
        token = None if self.token is None else "[redacted]"
        return f"Callback(account_code={self.account_code!r}, timestamp={self.timestamp}, token={token!r})"


def verify_callback(
    parameters: Mapping[str, str] | Iterable[tuple[str, str]],
    dev_secret: str,
    *,
    max_age: float | None = None,
    now: float | None = None,
) -> Callback:
    """Checks that Brightpearl sent an install or uninstall callback of a public app; returns what it says when it did.

    `parameters`: the callback's query parameters, unescaped, `signature` among them; without those of the
    app's own address.
    `dev_secret`: the developer's secret, or a reference such as `env:NAME`, which is looked up at each call.
    `max_age`: the greatest age in seconds; None takes callbacks of any age, even those that others have seen.
    `now`: seconds since the Unix epoch; the clock's when absent.

    Raises `ValidationError` at `signature`, or at a parameter that is missing, repeated, unknown, malformed, or too
    old, otherwise: do not trust the callback then.
    """
    import json
    import time

    from brightpearl.secret_reference import secret_of

    pairs: Any = None
    try:
        pairs = _texts_of(parameters)
        if not isinstance(dev_secret, str):
            raise wrong_type("dev_secret", dev_secret, "a text")
        checked_text(dev_secret, "dev_secret")
        text = _native.verify_callback(
            pairs,
            secret_of(dev_secret, "dev_secret"),
            None if max_age is None else _milliseconds(max_age, "max_age"),
            _milliseconds(time.time() if now is None else now, "now"),
        )
    finally:
        # A traceback with its variables shows neither the secret nor the token.
        del parameters, pairs, dev_secret
    return Callback(**json.loads(text))


def _texts_of(parameters: Any) -> list[tuple[str, str]]:
    """Query parameters as pairs of texts."""
    expected = "a mapping, or pairs of a name and a value"
    pairs: Any = None
    pair: Any = None
    found: Any = None
    try:
        pairs = parameters.items() if isinstance(parameters, Mapping) else each_of(parameters, "parameters", expected)
        found = []
        for pair in pairs:
            if not isinstance(pair, (tuple, list)) or len(pair) != 2:
                message = f"`parameters` has {named(pair)} among its pairs; expected {expected}"
                raise ArgumentTypeError(message, location="parameters")
            found.append((checked_text(str(pair[0]), "parameters"), checked_text(str(pair[1]), "parameters")))
        return list(found)
    finally:
        # As above.
        parameters = pairs = pair = found = None


def _milliseconds(seconds: object, name: str) -> int:
    """Seconds as the engine counts; those that are beyond its numbers are told."""
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise wrong_type(name, seconds, "a number of seconds")
    if not 0 <= seconds <= _LARGEST_SECONDS:
        shown = repr(seconds) if isinstance(seconds, float) or abs(seconds) < 1 << 64 else "a very large number"
        message = f"`{name}` is {shown}; expected a number of seconds from 0 to {_LARGEST_SECONDS:,}"
        raise ValidationError(message, location=name)
    return -int(-seconds * 1000 // 1)


def authorize_url(account: str, app_ref: str, redirect_uri: str, state: str) -> str:
    """The address of the page where a person approves an OAuth app: open it in a browser. From there the browser
    comes to `redirect_uri` with a `code`, for `OAuth(code=...)`, and the `state`.

    `redirect_uri`: the same text goes into `OAuth(redirect_uri=...)`.
    `state`: a text that cannot be guessed, such as `secrets.token_urlsafe()`. Refuse a code that comes with
    another one: somebody else asked for it.

    Raises `ValidationError` for an invalid account code, and for an argument that is empty.
    """
    for name, value in (("account", account), ("app_ref", app_ref), ("redirect_uri", redirect_uri), ("state", state)):
        checked_text(value, name)
    return _native.authorize_url(account, app_ref, redirect_uri, state)
