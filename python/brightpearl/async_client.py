"""One app on one account, for event loops."""

from __future__ import annotations

from brightpearl import flow_operations, operations
from brightpearl.any_client import AnyClient
from brightpearl.arguments import checked_callable, checked_flag, checked_text, told_at
from brightpearl.async_driver import AsyncDriver, AsyncHost, only_output
from brightpearl.async_flows import AsyncOutcomes, AsyncPulledRecords
from brightpearl.async_reads import AsyncReads
from brightpearl.async_request_methods import AsyncRequestMethods
from brightpearl.async_results import AsyncBatchResults, AsyncResources, AsyncRows
from brightpearl.async_task_methods import AsyncTaskMethods
from brightpearl.begun_push import begin_push
from brightpearl.call_options import USUAL_TIMEOUT, apart, require_known
from brightpearl.client_settings import USUAL_DEADLINE, waits_given
from brightpearl.environment import arguments_of_environment
from brightpearl.exceptions import ValidationError
from brightpearl.handover import AsyncHandover
from brightpearl.journal import Journal
from brightpearl.outputs import reply_of, result_of, uris_of
from brightpearl.progress_bar import progress_of
from brightpearl.records import records_of_any_kind
from brightpearl.state_file import read_state
from brightpearl.text import Hidden

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from collections.abc import Mapping as AnyMapping
    from datetime import timedelta
    from os import PathLike
    from typing import Any, Literal

    import httpx
    from typing_extensions import Unpack

    from brightpearl._native import Call, JournalBook
    from brightpearl.answered import TaskDone
    from brightpearl.async_flows import AnyRecords
    from brightpearl.call_option_types import CallOptions
    from brightpearl.call_options import AnyTimeout
    from brightpearl.catalogue_types import TaskName
    from brightpearl.credentials import Credentials
    from brightpearl.discovery import UnknownMembers
    from brightpearl.exclusive import AnyLease
    from brightpearl.flow_operations import AnyMoment, AnyPullResource, Existing
    from brightpearl.handover import AsyncTakeTokens
    from brightpearl.mapping import AnyDocument, Mapping
    from brightpearl.operations import AnyWrite, OnFailure, Order, Packing, Paging
    from brightpearl.progress_bar import AnyProgress
    from brightpearl.reply import Reply
    from brightpearl.shared_quota import SharedQuota
    from brightpearl.state_file import AnyState
    from brightpearl.transport import AsyncTransport
    from brightpearl.wire import Ids, Parameters


class AsyncClient(AsyncTaskMethods, AsyncReads, AsyncRequestMethods, AnyClient):
    """The same as `Client` for `asyncio`: what waits is awaited, and what is iterated takes `async for`.

    Its calls share one budget and one login, whatever number of tasks they are made from.

    `max_in_flight`: requests that one search or fetch may have under way at once (4).
    `transport`: an async callable that transmits one request; `httpx` unless given.
    `sleep`: an async callable that waits so many seconds.
    `on_tokens`: a callable, async or not. A call that is cancelled during a login waits for the login's answer, for a
    minute at most, and for `on_tokens`.
    The other arguments are those of `Client`.

    Raises `ValidationError` at the field that is wrong. Nothing is sent.
    """

    _usual_in_flight = 4

    def __init__(
        self,
        *,
        account: str | None = None,
        credentials: Credentials | None = None,
        profile: str | None = None,
        datacentre: str | None = None,
        base_url: str | None = None,
        transport: AsyncTransport | None = None,
        clock: Callable[[], float] | None = None,
        sleep: Callable[[float], Awaitable[object]] | None = None,
        http_client: httpx.AsyncClient | None = None,
        timeout: AnyTimeout = USUAL_TIMEOUT,
        deadline: float = USUAL_DEADLINE,
        max_in_flight: int | None = None,
        max_retries: int | None = None,
        retry: AnyMapping[str, int] | None = None,
        default_headers: AnyMapping[str, str] | None = None,
        pool: AnyMapping[str, int | str] | None = None,
        lane: Literal["normal", "high"] | None = None,
        max_body_bytes: int | None = None,
        page_size: int | None = None,
        paging: Paging | None = None,
        read_only: bool = False,
        unknown_members: UnknownMembers | None = None,
        seed: int | None = None,
        on_tokens: AsyncTakeTokens | None = None,
        token_file: str | PathLike[str] | None = None,
        token_key: str | None = None,
        shared_quota: SharedQuota | str | None = None,
    ) -> None:
        called = {"transport": transport, "clock": clock, "sleep": sleep, "on_tokens": on_tokens}
        for name, value in called.items():
            checked_callable(value, name)
        given = {
            **waits_given(timeout, deadline),
            "account": account,
            "credentials": credentials,
            "profile": profile,
            "datacentre": datacentre,
            "base_url": base_url,
            "max_in_flight": max_in_flight,
            "max_retries": max_retries,
            "retry": retry,
            "default_headers": default_headers,
            "pool": pool,
            "lane": lane,
            "max_body_bytes": max_body_bytes,
            "page_size": page_size,
            "paging": paging,
            "read_only": read_only,
            "unknown_members": unknown_members,
            "seed": seed,
            "token_file": token_file,
            "token_key": Hidden.of(token_key),
            "shared_quota": shared_quota,
        }
        # No traceback shows one that stands there itself.
        del token_key, shared_quota
        super().__init__(given, clock)
        if http_client is not None and transport is not None:
            message = "`transport` is given as well; expected only one of them"
            raise ValidationError(message, location="http_client")
        self._own_transport = None
        if transport is None:
            from brightpearl.async_http import AsyncHttpxTransport

            try:
                transport = self._own_transport = AsyncHttpxTransport(client=http_client, **self._waits)
            except ValidationError as error:
                raise told_at(error, "client", "http_client") from None
        if self._grant is not None:
            transport = self._grant.async_transport(transport)
            on_tokens = self._grant.async_storing(on_tokens)
        self._host = AsyncHost(
            transport, self._clock, sleep or _sleep, AsyncHandover(self._native, on_tokens), self._rotation
        )

    @classmethod
    def from_env(cls, **options: Any) -> AsyncClient:
        """A client from the environment; see `Client.from_env`."""
        return cls(**arguments_of_environment(options))

    def batch(
        self,
        writes: Iterable[AnyWrite],
        *,
        order: Order = "sequential",
        on_failure: OnFailure = "stop",
        packing: Packing = "auto",
        **options: Unpack[CallOptions],
    ) -> AsyncBatchResults:
        """Sends several writes: `async for result in client.batch(...)`. The arguments are those of
        `Client.batch`."""
        return AsyncBatchResults(self._start(operations.batch(writes, order, on_failure, packing), options))

    def push(
        self,
        mapping: Mapping | AnyDocument,
        records: AnyRecords,
        *,
        dry_run: bool = False,
        write: bool = False,
        max_writes: int | None = None,
        existing: Existing = "update",
        journal: str | PathLike[str] | None = None,
        renew: bool = False,
        window: int | None = None,
        looks: Iterable[float] | None = None,
        confirm: Iterable[float] | None = None,
        exclusive: AnyLease | None = None,
        progress: AnyProgress = None,
        **options: Unpack[CallOptions],
    ) -> AsyncOutcomes:
        """Brings records of another system into Brightpearl, each exactly once: `async for outcome in
        client.push(...)`. The arguments are those of `Client.push`; the records may come from an asynchronous
        iterable, too."""
        each = records_of_any_kind(records)
        driver, feeding = begin_push(
            lambda operation, kept, book: self._start(operation, options, kept, book),
            self._account,
            mapping,
            journal=journal,
            exclusive=exclusive,
            progress=progress,
            dry_run=dry_run,
            write=write,
            max_writes=max_writes,
            existing=existing,
            renew=renew,
            window=window,
            looks=looks,
            confirm=confirm,
        )
        return AsyncOutcomes(driver, each, feeding)

    def pull(
        self,
        resources: AnyPullResource | Iterable[AnyPullResource],
        *,
        since: AnyMoment | None = None,
        mapping: Mapping | AnyDocument | None = None,
        state: AnyState | None = None,
        filters: Parameters | None = None,
        query: Parameters | None = None,
        watermark: str | None = None,
        overlap: float | timedelta | None = None,
        rows: bool = False,
        deletes: bool | int | None = None,
        reconcile: bool = False,
        priority: int = 0,
        renew: bool = False,
        progress: AnyProgress = None,
        **options: Unpack[CallOptions],
    ) -> AsyncPulledRecords:
        """Hands out what changed in Brightpearl since the last time: `async for record in client.pull(...)`. The
        arguments are those of `Client.pull`."""
        told = progress_of(progress, "records", lambda: None)
        is_anew = checked_flag(renew, "renew")
        file, text = read_state(state, renew=is_anew)
        text = None if is_anew else text
        listed = flow_operations.listed_resources(resources)
        operation = flow_operations.pull(
            listed,
            text,
            overlap,
            since=since,
            mapping=mapping,
            filters=filters,
            query=query,
            watermark=watermark,
            rows=rows,
            deletes=deletes,
            reconcile=reconcile,
            priority=priority,
        )
        try:
            driver = self._start(operation, options)
        except ValidationError as error:
            raise flow_operations.told(error, listed) from None
        return AsyncPulledRecords(driver, file, told)

    async def task(self, name: TaskName | str, /, **arguments: Any) -> TaskDone:
        """Does something that people do daily, and gives back what it did; see `Client.task`."""
        return await self._task(name, arguments)

    async def _task(self, name: str, arguments: AnyMapping[str, object]) -> TaskDone:
        own, options = apart(arguments)
        driver = self._start(operations.task(name, own, self._takes_unknown), options)
        return result_of(await only_output(driver), driver.answers)

    async def options(self, resource: str, ids: Ids | None = None, **options: Unpack[CallOptions]) -> list[str]:
        """The URIs that read these ids, as the server plans them."""
        return uris_of(await only_output(self._start(operations.options(resource, ids), options)))

    async def resume(
        self, checkpoint: str, *, allow_writes: bool = False, **options: Unpack[CallOptions]
    ) -> AsyncRows | AsyncResources | AsyncBatchResults | AsyncPulledRecords | Reply | list[str] | dict[str, Any]:
        """Goes on where a checkpoint was taken, perhaps by another process or another kind of client; with an
        operation that writes only where `allow_writes` says so. See `Client.resume`."""
        driver = self._drive(
            self._native.resume(checked_text(checkpoint, "checkpoint"), checked_flag(allow_writes, "allow_writes")),
            options,
        )
        operation = driver.call.operation
        if operation == "search":
            return AsyncRows(driver)
        if operation == "fetch":
            return AsyncResources(driver)
        if operation == "batch":
            return AsyncBatchResults(driver)
        if operation == "pull":
            return AsyncPulledRecords(driver)
        output = await only_output(driver)
        if operation == "task":
            return result_of(output, driver.answers)
        if operation == "request":
            return reply_of(output, driver.answers)
        return uris_of(output)

    async def aclose(self) -> None:
        """Closes the connections of the default transport; a transport that was given is left alone. Nothing more is
        sent: calls that begin later are refused, and those under way end. Another `with` block opens it again."""
        if self._is_view:
            return
        self._host.close()
        if self._grant is not None:
            self._grant.close()
        if self._leases is not None:
            import anyio.to_thread

            await anyio.to_thread.run_sync(self._leases.close)
        if self._own_transport is not None:
            await self._own_transport.aclose()

    async def __aenter__(self) -> AsyncClient:
        if not self._is_view:
            self._host.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def _start(
        self,
        operation: str,
        options: AnyMapping[str, Any],
        journal: Journal | None = None,
        book: JournalBook | None = None,
    ) -> AsyncDriver:
        """`journal`: takes what a push announces. `book`: what stood in it before."""
        if book is None:
            return self._drive(self._native.start(operation), options)
        return self._drive(self._native.start_push(operation, book), options, journal)

    def _drive(self, call: Call, options: AnyMapping[str, Any], journal: Journal | None = None) -> AsyncDriver:
        self._host.require_open()
        require_known(options, type(self), call.operation)
        driver = AsyncDriver(call, self._host, journal, self._options.with_more(options))
        if self._leases is not None:
            self._leases.begin()
        return driver


async def _sleep(seconds: float) -> None:
    import asyncio

    await asyncio.sleep(seconds)
