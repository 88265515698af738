"""Notifications of webhooks: what the emulated account would send to its subscribers."""

from __future__ import annotations

from brightpearl.messages import Request, Response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from brightpearl._native import Emulator as NativeEmulator
    from brightpearl._native import RawDelivery

    Receiver = Callable[[Request], Response | int | None]
    """Takes a notification and answers it: a response, a status, or None for one that is accepted."""


class Delivery:
    """One attempt to notify a subscriber. Say what became of it with `answered` or `failed`: it is made again
    later, with the next number in `attempt`, where the webhook's quality of service asks for that."""

    __slots__ = ("_clock", "_id", "_native", "attempt", "request", "webhook")

    request: Request
    """What the subscriber is sent."""
    webhook: int
    """The id of the webhook."""
    attempt: int
    """Which attempt this is, from 1."""

    def __init__(self, raw: RawDelivery, native: NativeEmulator, clock: Callable[[], float]) -> None:
        self.request = Request(raw.method, raw.url, raw.headers, raw.body)
        self.webhook = raw.webhook
        self.attempt = raw.attempt
        self._id = raw.id
        self._native = native
        self._clock = clock

    def answered(self, status: int) -> None:
        """The subscriber answered so."""
        self._native.delivered(self._id, status, int(self._clock()))

    def failed(self) -> None:
        """The subscriber could not be reached, or did not answer."""
        self._native.delivered(self._id, None, int(self._clock()))

    def hand_to(self, receiver: Receiver) -> None:
        """Lets a function answer it. An exception of the function counts as no answer, and is raised."""
        try:
            answer = receiver(self.request)
        except BaseException:
            self.failed()
            raise
        self.answered(answer.status if isinstance(answer, Response) else 200 if answer is None else answer)

    def __repr__(self) -> str:
        return f"<Delivery of webhook {self.webhook}, attempt {self.attempt}: {self.request!r}>"


class Deliverer:
    """Delivers over HTTP what is due, until it is stopped."""

    SECONDS_BETWEEN_LOOKS = 0.05
    SECONDS_FOR_AN_ANSWER = 10.0

    def __init__(self, deliveries: Callable[[], list[Delivery]]) -> None:
        import threading

        self._deliveries = deliveries
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="brightpearl-webhooks", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(max_workers=4, thread_name_prefix="brightpearl-webhook") as threads:
            while not self._stopped.wait(self.SECONDS_BETWEEN_LOOKS):
                for delivery in self._deliveries():
                    threads.submit(self._deliver, delivery)

    def _deliver(self, delivery: Delivery) -> None:
        import httpx

        request = delivery.request
        try:
            answer = httpx.request(
                request.method,
                request.url,
                headers=list(request.headers.lines),
                content=request.body or None,
                timeout=self.SECONDS_FOR_AN_ANSWER,
                trust_env=False,
            )
        except (httpx.HTTPError, httpx.InvalidURL):
            delivery.failed()
        else:
            delivery.answered(answer.status_code)

    def stop(self) -> None:
        """Stops, once what is under way has ended."""
        self._stopped.set()
        self._thread.join()
