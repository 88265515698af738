"""A server for assistants over the Model Context Protocol, on standard input and output."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
import time
from typing import TYPE_CHECKING, Any

import anyio

from brightpearl import BrightpearlError, Client, __version__
from brightpearl._native import dump_json
from brightpearl.cli.answers import cut, masked
from brightpearl.cli.assistant_tools import AssistantTools
from brightpearl.cli.error_lines import describe_error
from brightpearl.cli.failure import UsageError
from brightpearl.cli.held_writes import HeldWrites
from brightpearl.cli.session import account_client
from brightpearl.cli.visible import say

if TYPE_CHECKING:
    import mcp_types as types

_INSTRUCTIONS = (
    "Tools over one Brightpearl account: orders, stock, contacts, products, shipments and accounts. Ask `catalog` for "
    "names of resources, columns and bodies. Answers are cut where they would be too long, and say how to go on. "
    "Writes are shown first, and carried out when they are called again with what the answer gave as `confirm`."
)


class Account:
    """The client of the account, made when it is first needed."""

    def __init__(self) -> None:
        self._opened = contextlib.ExitStack()
        self._client: tuple[Client, HeldWrites] | None = None

    def client(self) -> tuple[Client, HeldWrites]:
        """The client, and what holds its writes back."""
        if self._client is None:
            made: list[HeldWrites] = []

            def wrap(transport: Any) -> HeldWrites:
                made.append(HeldWrites(transport))
                return made[0]

            client = self._opened.enter_context(account_client(sleep=_sleep, wrap=wrap))
            self._client = client, made[0]
        return self._client

    def close(self) -> None:
        """Closes it, and keeps its tokens."""
        self._opened.close()


class Ending:
    """How a signal ends the server: what it is asked at the moment is answered first, unless a second one comes. The
    thread that waits for standard input cannot be ended, so that the process is."""

    def __init__(self, account: Account) -> None:
        self.turn = threading.Lock()
        """Whose tool is at work: one at a time, since whether writes are let through is the account's."""
        self._account = account
        self._came: list[int] = []

    def heed_signals(self) -> None:
        """From now on."""
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._heed)

    def _heed(self, number: int, _: object) -> None:
        self._came.append(number)
        if len(self._came) > 1 or self.turn.acquire(blocking=False):
            self._end()

    def end_soon(self) -> None:
        """Ends it when the answer had time to be written, where a signal came meanwhile."""
        if self._came:
            asyncio.get_running_loop().call_later(_SECONDS_TO_ANSWER, self._end)

    def _end(self) -> None:
        try:
            self._account.close()
        finally:
            os._exit(128 + self._came[0])


_SECONDS_TO_ANSWER = 0.2


def serve(*, may_write: bool, masks: bool, characters: int) -> None:
    """Serves until standard input ends."""
    try:
        import mcp.server.stdio
        import mcp_types as types
        from mcp.server import Server
    except ImportError:
        raise UsageError(
            "serving assistants needs the package mcp, which is not installed",
            where="brightpearl mcp",
            advice="pip install 'brightpearl[mcp]'",
        ) from None

    account = Account()
    ending = Ending(account)
    tools = AssistantTools(account.client, may_write=may_write, masks=masks, characters=characters)

    async def list_tools(_: object, __: object) -> types.ListToolsResult:
        return types.ListToolsResult(
            tools=[
                types.Tool(
                    name=entry.name,
                    description=entry.description,
                    input_schema=entry.schema,
                    annotations=types.ToolAnnotations(read_only_hint=not (entry.writes and may_write)),
                )
                for entry in tools.entries.values()
            ]
        )

    async def call_tool(_: object, asked: types.CallToolRequestParams) -> types.CallToolResult:
        def answer() -> tuple[str, bool]:
            with ending.turn:
                return _answered(tools, asked.name, asked.arguments or {}, masks=masks, characters=characters)

        text, is_error = await anyio.to_thread.run_sync(answer)
        ending.end_soon()
        return types.CallToolResult(content=[types.TextContent(type="text", text=text)], is_error=is_error)

    async def run() -> None:
        server: Server[Any] = Server(
            "brightpearl",
            version=__version__,
            instructions=_INSTRUCTIONS,
            on_list_tools=list_tools,
            on_call_tool=call_tool,
        )
        async with mcp.server.stdio.stdio_server() as (reads, writes):
            await server.run(reads, writes, server.create_initialization_options())

    ending.heed_signals()
    try:
        anyio.run(run)
    finally:
        account.close()


def _answered(
    tools: AssistantTools, name: str, arguments: dict[str, Any], *, masks: bool, characters: int
) -> tuple[str, bool]:
    """The answer, and whether it is an error: then it says what was wrong, and what became of the request."""
    try:
        return tools.call(name, arguments), False
    except BrightpearlError as error:
        told: dict[str, Any] = describe_error(error)
    except (UsageError, OSError, TypeError, ValueError) as error:
        where = getattr(error, "where", None)
        told = {"message": str(error)} | ({"location": where} if where else {})
    return dump_json(cut(masked(told) if masks else told, characters)), True


def _sleep(seconds: float) -> None:
    if seconds >= 1:
        say(f"waiting {seconds:.0f} s before the next request")
    time.sleep(seconds)
