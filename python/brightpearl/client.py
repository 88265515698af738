"""One app on one account."""

from __future__ import annotations

import time

from brightpearl import flow_operations, operations
from brightpearl.any_client import AnyClient
from brightpearl.arguments import checked_callable, checked_flag, checked_text, told_at
from brightpearl.batch import BatchResults
from brightpearl.begun_push import begin_push
from brightpearl.call_options import USUAL_TIMEOUT, apart, require_known
from brightpearl.client_settings import USUAL_DEADLINE, waits_given
from brightpearl.driver import Driver, Host, only_output
from brightpearl.environment import arguments_of_environment
from brightpearl.exceptions import ValidationError
from brightpearl.handover import Handover
from brightpearl.journal import Journal
from brightpearl.outcomes import Outcomes
from brightpearl.outputs import reply_of, result_of, uris_of
from brightpearl.progress_bar import progress_of
from brightpearl.pulled import PulledRecords
from brightpearl.reads import Reads
from brightpearl.records import records_of
from brightpearl.request_methods import RequestMethods
from brightpearl.resources import Resources
from brightpearl.rows import Rows
from brightpearl.state_file import read_state
from brightpearl.task_methods import TaskMethods
from brightpearl.text import Hidden

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from collections.abc import Mapping as AnyMapping
    from datetime import timedelta
    from os import PathLike
    from typing import Any, Literal

    import httpx
    from typing_extensions import Unpack

    from brightpearl._native import Call, JournalBook
    from brightpearl.answered import TaskDone
    from brightpearl.call_option_types import CallOptions
    from brightpearl.call_options import AnyTimeout
    from brightpearl.catalogue_types import TaskName
    from brightpearl.credentials import Credentials
    from brightpearl.discovery import UnknownMembers
    from brightpearl.exclusive import AnyLease
    from brightpearl.flow_operations import AnyMoment, AnyPullResource, Existing
    from brightpearl.handover import TakeTokens
    from brightpearl.mapping import AnyDocument, Mapping
    from brightpearl.operations import AnyWrite, OnFailure, Order, Packing, Paging
    from brightpearl.progress_bar import AnyProgress
    from brightpearl.records import AnyRecords
    from brightpearl.reply import Reply
    from brightpearl.shared_quota import SharedQuota
    from brightpearl.state_file import AnyState
    from brightpearl.transport import Transport
    from brightpearl.wire import Ids, Parameters


class Client(TaskMethods, Reads, RequestMethods, AnyClient):
    """One app on one account. May be shared by threads; what it returns belongs to one thread at a time.

    `account`: the code in the address of your Brightpearl login.
    `datacentre`: such as `use1`; or `base_url`, such as `http://127.0.0.1:8080`. Exactly one of them.
    `credentials`: such as a `PrivateApp`.
    `profile`: a profile of `~/.config/brightpearl/config.toml`, which has what of these is not given.
    `transport`: transmits one request; `httpx` unless given.
    `clock`: milliseconds since the Unix epoch. `sleep`: waits so many seconds. The machine's unless given.
    `http_client`: an `httpx.Client` of your own, with its proxies, certificates and timeouts; not closed here.
    `timeout`: seconds that a request waits for a connection and for the next bytes, or an `httpx.Timeout`.
    `deadline`: seconds that it gives a request and its answer as a whole.
    `max_retries`: how often a request is tried again where that is safe (4); short for `retry`.
    `default_headers`: header lines of every request, logins excepted.
    `retry`: `max_attempts` (5), `base_ms` (500), `cap_ms` (30000), `max_throttled` (20).
    `pool`: `quota` (200), `period_ms` (60000), `pacing` (`burst` or `spread`), `reserve` (0);
    `private_share`, where a coordinator of your own grants leases.
    `lane`: `normal`, or `high` to use the pool's reserve.
    `max_body_bytes`: largest answer that is read, 64 MiB unless given.
    `page_size`, `paging`: rows a search page, and how pages are asked for.
    `read_only`: refuses whatever would write, before anything is sent.
    `unknown_members`: what to make of members of a body that the catalog does not know: `warn` (an event), or
    `refuse`, or `allow`.
    `seed`: of the back-off's randomness; drawn from the system unless given.
    `on_tokens`: stores what `tokens()` gives. It is called once for each change, after the login's answer and before
    the next request of the client is sent, also where the call fails. When it raises, the call ends with a
    `TokensNotStoredError`, and it is called again before the client's next request. Neither it nor a thread or task
    that it waits for may use the client: its own request is refused with a `MisuseError`, and one elsewhere when it
    has waited for `on_tokens` for 60 seconds (`brightpearl.handover.PATIENCE`). During a login, Ctrl-C waits for the
    login's answer and for `on_tokens`; a second one does not.

    `token_file`: keeps the tokens of OAuth from one process to the next; what it has wins over those of `credentials`.
    It belongs to one account and one app, and is refused for any other. Processes that use it at once share each
    refresh. `token_key`: says where the key is that encrypts it, such as `keyring:brightpearl/token-key`.

    `shared_quota`: a `SharedQuota`, or the URL of a Redis or Valkey server, where several processes or hosts share the
    account's quota (docs/quota.md).

    Where neither `account`, `credentials` nor `profile` is given, what is not given comes from the environment, as for
    `from_env`: `Client()`. Every call takes `timeout`, `max_retries`, `extra_headers` and `extra_query` besides its own
    arguments, and `with_options` has them for several.

    Raises `ValidationError` at the field that is wrong. Nothing is sent.
    """

    def __init__(
        self,
        *,
        account: str | None = None,
        credentials: Credentials | None = None,
        profile: str | None = None,
        datacentre: str | None = None,
        base_url: str | None = None,
        transport: Transport | None = None,
        clock: Callable[[], float] | None = None,
        sleep: Callable[[float], object] | None = None,
        http_client: httpx.Client | None = None,
        timeout: AnyTimeout = USUAL_TIMEOUT,
        deadline: float = USUAL_DEADLINE,
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
        on_tokens: TakeTokens | None = None,
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
            from brightpearl.http import HttpxTransport

            try:
                transport = self._own_transport = HttpxTransport(client=http_client, **self._waits)
            except ValidationError as error:
                raise told_at(error, "client", "http_client") from None
        if self._grant is not None:
            transport = self._grant.transport(transport)
            on_tokens = self._grant.storing(on_tokens)
        self._host = Host(
            transport, self._clock, sleep or time.sleep, Handover(self._native, on_tokens), self._rotation
        )

    @classmethod
    def from_env(cls, **options: Any) -> Client:
        """A client from the variables that the README lists, such as `BRIGHTPEARL_ACCOUNT`, or from the profile that
        `BRIGHTPEARL_PROFILE` names. `options` are further arguments of the constructor."""
        return cls(**arguments_of_environment(options))

    def batch(
        self,
        writes: Iterable[AnyWrite],
        *,
        order: Order = "sequential",
        on_failure: OnFailure = "stop",
        packing: Packing = "auto",
        **options: Unpack[CallOptions],
    ) -> BatchResults:
        """Sends several writes, ten to a request where that is possible, as their results are asked for.

        `writes`: each a `Write`, a mapping of its arguments, or a tuple of method, path and body.
        `order`: whether Brightpearl carries them out one after the other (`sequential`) or in any order, perhaps
        at once (`parallel`).
        `on_failure`: whether those behind a failed one are left out (`stop`) or carried out (`continue`).
        `packing`: whether they travel ten to a request: where it saves requests, and one by one while
        Brightpearl's multi-message service fails (`auto`), `always`, or `never`.

        Iterate over what is returned: it has a `BatchResult` for every write, in their order. A failed write is
        no exception; its result has the `error`.
        """
        return BatchResults(self._start(operations.batch(writes, order, on_failure, packing), options))

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
    ) -> Outcomes:
        """Brings records of another system into Brightpearl, each exactly once, as their outcomes are asked for.

        Either `dry_run` or `write` must be true: nothing is written by accident.

        `mapping`: a `brightpearl.Mapping` with a `target`, or its document.
        `records`: dicts, texts or bytes of JSON, taken only as they are needed; a table of pandas, polars or pyarrow;
        or one dict. One that has no JSON form is rejected, and stops no other.
        `dry_run`: sends only reads, and says of each record what would be written. A `journal` is read and stays as it
        is, also while another push has it.
        `max_writes`: the most writes that may be sent; a record that would need more is rejected.
        `existing`: what to do with a record that Brightpearl has already: change what differs (`update`), `leave`
        it, or `reject` the record.
        `journal`: the path of a file by which a later push goes on after a crash. Only one push at a time may have
        it. By a document that does not say how a record is found (`verify`), a push writes only with one. It belongs to
        the account, the content of the document and `existing`.
        `renew`: goes on with a journal although the document or `existing` has changed since: what it has as done is
        looked at again.
        `window`: how many records are worked on together, once there are so many or no more. A source that waits for
        outcomes, such as a queue whose messages are acknowledged behind them, needs 1, or as many as it gives before it
        waits; of an `AsyncClient`, those that are there go on without the next one after half a second.
        `looks`: after how many seconds to look for a write of unknown outcome, and again at a goods note that does not
        show its events, one for each look. `()` does not look, and believes an answer that says nothing.
        `confirm`: after how many seconds to look whether what was created is there once, since another push may have
        created the same meanwhile, and again where the search does not show it yet: at once, 2 and 10 if absent. `()`
        does not look, so that what two pushes double is told by neither.
        `exclusive`: what one push at a time has among all that could write records of the same keys, since two that
        look for a key in the same seconds both create it: the path of a lock file, or of a folder that has one for
        each account and kind of record; a `brightpearl.FileLease`, which can wait; or an object of your own with
        `acquire`, `renew` and `release`, such as one over a database that several machines share.
        `progress`: called with the number of records that are done, now and then; True shows a bar.

        Iterate over what is returned: it has an `Outcome` for every record. A record that is rejected is no
        exception; its outcome says why.

        Raises `ValidationError` at what is wrong with the arguments, or when another push has the journal or lease.
        """
        each = records_of(records)
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
        return Outcomes(driver, each, feeding)

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
    ) -> PulledRecords:
        """Hands out what changed in Brightpearl since the last time, each change at least once.

        `resources`: a short name such as `order`, or a path; or several. The arguments marked with * hold for those
        that are given so; a `PullResource` has its own.
        `since`: * from when on, where there is no state yet: a date or date-time. Everything unless given.
        `mapping`: * makes records of another system of them: a `brightpearl.Mapping` with a `source`, or its
        document.
        `state`: the path of a file that is read, if it is there, and replaced as records are dealt with; or the text
        that `checkpoint()` of the last pull gave. It belongs to the account, the resources and their filters.
        `filters`: * further filters of the search. `query`: * query parameters of the reads.
        `watermark`: * the column that tells what changed, where it is not the resource's own.
        `overlap`: how many seconds behind the watermark the next search begins, for what Brightpearl shows late.
        `rows`: * hands out the rows of the search, without reading each record in detail.
        `deletes`: * looks for records that are gone, too; with `filters`, what they do not find any more counts as
        gone. A number is the guard: when more of the known records are gone at once, in percent, the pull fails (20).
        `reconcile`: * compares all ids, brings what no date told of, and tells what is gone.
        `priority`: * those of a higher one go first.
        `renew`: begins anew, whatever the state says, and replaces it.
        `progress`: called with the number of records that are dealt with, now and then; True shows a bar.
        """
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
        return PulledRecords(driver, file, told)

    def task(self, name: TaskName | str, /, **arguments: Any) -> TaskDone:
        """Does something that people do daily, in one or several requests, and gives back what it did.

        `name`: such as `create-sales-order`; `brightpearl.tasks()` lists all with their arguments and results.
        Each has a method of its own as well, such as `client.create_sales_order(...)`.

        `arguments`: those of the task, and the options that every call takes (see `with_options`).

        When a task of several requests fails, the error's `progress` has what was done before. `responses` of what is
        given back has what Brightpearl answered.
        """
        return self._task(name, arguments)

    def _task(self, name: str, arguments: AnyMapping[str, object]) -> TaskDone:
        own, options = apart(arguments)
        return _done(self._start(operations.task(name, own, self._takes_unknown), options))

    def options(self, resource: str, ids: Ids | None = None, **options: Unpack[CallOptions]) -> list[str]:
        """The URIs that read these ids, as the server plans them: only ids that exist, in legal chunks."""
        return _uris(self._start(operations.options(resource, ids), options))

    def resume(
        self, checkpoint: str, *, allow_writes: bool = False, **options: Unpack[CallOptions]
    ) -> Rows | Resources | Reply | list[str] | BatchResults | PulledRecords | dict[str, Any]:
        """Goes on where a checkpoint was taken, perhaps by another process: with `Rows` for a search, with
        `Resources` for a fetch, with `PulledRecords` for a pull. A push goes on by its journal instead.

        `allow_writes`: goes on with an operation that writes, too. A checkpoint is data, and may have been changed on
        its way: allow it only for one that you trust.
        """
        driver = self._drive(
            self._native.resume(checked_text(checkpoint, "checkpoint"), checked_flag(allow_writes, "allow_writes")),
            options,
        )
        operation = driver.call.operation
        if operation == "search":
            return Rows(driver)
        if operation == "fetch":
            return Resources(driver)
        if operation == "batch":
            return BatchResults(driver)
        if operation == "pull":
            return PulledRecords(driver)
        if operation == "task":
            return _done(driver)
        if operation == "request":
            return _reply(driver)
        return _uris(driver)

    def close(self) -> None:
        """Closes the connections of the default transport; a transport that was given is left alone. Nothing more is
        sent: calls that begin later are refused, and those under way end. Another `with` block opens it again."""
        if self._is_view:
            return
        self._host.close()
        if self._grant is not None:
            self._grant.close()
        if self._leases is not None:
            self._leases.close()
        if self._own_transport is not None:
            self._own_transport.close()

    def __enter__(self) -> Client:
        if not self._is_view:
            self._host.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start(
        self,
        operation: str,
        options: AnyMapping[str, Any],
        journal: Journal | None = None,
        book: JournalBook | None = None,
    ) -> Driver:
        """`journal`: takes what a push announces. `book`: what stood in it before."""
        if book is None:
            return self._drive(self._native.start(operation), options)
        return self._drive(self._native.start_push(operation, book), options, journal)

    def _drive(self, call: Call, options: AnyMapping[str, Any], journal: Journal | None = None) -> Driver:
        self._host.require_open()
        require_known(options, type(self), call.operation)
        driver = Driver(call, self._host, journal, self._options.with_more(options))
        if self._leases is not None:
            self._leases.begin()
        return driver


def _reply(driver: Driver) -> Reply:
    return reply_of(only_output(driver), driver.answers)


def _uris(driver: Driver) -> list[str]:
    return uris_of(only_output(driver))


def _done(driver: Driver) -> TaskDone:
    return result_of(only_output(driver), driver.answers)
