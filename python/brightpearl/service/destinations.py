"""Where messages go: each kind of destination takes some, and says which it could not take."""

from __future__ import annotations

import contextlib
import importlib
import os
from collections.abc import Callable, Sequence
from typing import Any

import httpx

from brightpearl._native import load_json
from brightpearl.exceptions import BrightpearlError, ValidationError
from brightpearl.ledger.noting import Explained
from brightpearl.line_file import LineFile
from brightpearl.private_file import replacing, sync_directory
from brightpearl.secret_reference import secret_of
from brightpearl.service.commands import run_command
from brightpearl.service.messages import FlowMessage
from brightpearl.service.places import Destination, ToAddress, ToCommand, ToDirectory, ToFile, ToFunction
from brightpearl.service.stopping import Stopping
from brightpearl.text import one_line

SECONDS_FOR_AN_ANSWER = 30.0
REFUSED_BY_COMMAND = 65
"""The exit code of a command that will never take what it was given (EX_DATAERR)."""

_PASSING = {408, 409, 421, 423, 425, 429}


class DeliveryFailed(Explained):
    """Messages could not be delivered now. Those that were are with the receiver, and may come again with their id."""


class MessageDeliverer:
    """Delivers the messages of a flow to its destination."""

    def __init__(self, to: Destination, secret: str | None, folder: str, stopping: Stopping) -> None:
        self._to = to
        self._secret = secret
        self._folder = folder
        self._stopping = stopping

    def deliver(self, messages: Sequence[FlowMessage]) -> list[tuple[FlowMessage, str]]:
        """Delivers messages in their order; those that will never be taken, with why. Raises `DeliveryFailed` when the
        destination cannot be used now: none of these messages counts as delivered then."""
        to = self._to
        if isinstance(to, ToFile):
            _append(to.path, messages)
            return []
        if isinstance(to, ToDirectory):
            _put_files(to.path, messages)
            return []
        if isinstance(to, ToCommand):
            return self._command(to.words, messages)
        if isinstance(to, ToAddress):
            return self._post(to.url, messages)
        return self._call(to, messages)

    def _command(self, words: tuple[str, ...], messages: Sequence[FlowMessage]) -> list[tuple[FlowMessage, str]]:
        lines = b"".join(message.line() + b"\n" for message in messages)
        ended = run_command(words, lines, self._folder, self._stopping)
        if ended.code == 0:
            return []
        if ended.code != REFUSED_BY_COMMAND:
            raise DeliveryFailed(ended.reason())
        if len(messages) == 1:
            return [(messages[0], ended.reason())]
        # Which of them it was, each alone tells.
        refused = []
        for message in messages:
            self._stopping.check()
            refused += self._command(words, [message])
        return refused

    def _post(self, url: str, messages: Sequence[FlowMessage]) -> list[tuple[FlowMessage, str]]:
        sign = _signer(self._secret)
        refused = []
        with httpx.Client(timeout=SECONDS_FOR_AN_ANSWER, follow_redirects=False) as client:
            for message in messages:
                self._stopping.check()
                body = message.line()
                headers = {"content-type": "application/json", **sign(message, body)}
                try:
                    answer = client.post(url, content=body, headers=headers)
                except httpx.HTTPError as error:
                    raise DeliveryFailed(f"the address cannot be reached: {type(error).__name__}") from None
                status = answer.status_code
                if status == 410 or (400 <= status < 500 and status not in _PASSING | {401, 403, 404}):
                    refused.append((message, f"the address answered with HTTP {status}"))
                elif not 200 <= status < 300:
                    raise DeliveryFailed(f"the address answered with HTTP {status}")
        return refused

    def _call(self, to: ToFunction, messages: Sequence[FlowMessage]) -> list[tuple[FlowMessage, str]]:
        function = _function(to.name)
        refused = []
        for message in messages:
            self._stopping.check()
            try:
                function(load_json(message.line()))
            except (ValueError, TypeError, KeyError) as error:
                refused.append((message, f"{to.name} raised {type(error).__name__}: {one_line(error)[:300]}"))
            except Exception as error:
                raise DeliveryFailed(f"{to.name} raised {type(error).__name__}: {one_line(error)[:300]}") from None
        return refused


def _append(path: str, messages: Sequence[FlowMessage]) -> None:
    """Writes lines behind those of a file. What a crash left of a line stays a line of its own."""
    try:
        with LineFile(path) as file:
            file.write(b"".join(message.line() + b"\n" for message in messages))
            file.sync()
    except OSError as error:
        raise DeliveryFailed(f"the file {path!r} cannot be written: {error.strerror or error}") from None


def _put_files(directory: str, messages: Sequence[FlowMessage]) -> None:
    """Puts a file for each message, complete or not at all. One that is there already is the same message."""
    try:
        for message in messages:
            with replacing(os.path.join(directory, f"{message.id}.json")) as file:
                file.write(message.line() + b"\n")
        sync_directory(directory)
    except OSError as error:
        raise DeliveryFailed(f"the directory {directory!r} cannot be written: {error.strerror or error}") from None


def _signer(secret: str | None) -> Callable[[FlowMessage, bytes], dict[str, str]]:
    """What signs messages as Standard Webhooks say; without a secret, they only have their id."""
    import datetime

    def named(message: FlowMessage, _: bytes) -> dict[str, str]:
        return {"webhook-id": message.id}

    if secret is None:
        return named
    from standardwebhooks import Webhook

    hook = None
    with contextlib.suppress(ValueError, RuntimeError):
        hook = Webhook(secret_of(secret, "secret"))
    if hook is None:
        raise DeliveryFailed("the secret that signs messages is not base64; expected one such as whsec_...")

    def signed(message: FlowMessage, body: bytes) -> dict[str, str]:
        now = datetime.datetime.now(datetime.timezone.utc)
        return {
            "webhook-id": message.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": hook.sign(message.id, now, body.decode()),
        }

    return signed


def _function(name: str) -> Callable[[Any], object]:
    module, _, member = name.partition(":")
    try:
        found = getattr(importlib.import_module(module), member, None)
    except BrightpearlError:
        raise
    except Exception as error:
        raise DeliveryFailed(f"the module {module} cannot be imported: {type(error).__name__}") from None
    if not callable(found):
        raise ValidationError(f"the module {module} has no function {member}", location="to")
    function: Callable[[Any], object] = found
    return function
