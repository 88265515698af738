"""Brings a message about the service to somebody: by mail, by HTTP, to a function, or on standard output."""

from __future__ import annotations

import contextlib
import datetime
import importlib
import json
import smtplib
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

import httpx

from brightpearl.exceptions import BrightpearlError
from brightpearl.secret_reference import secret_of
from brightpearl.service.alert_tables import AlertTarget, ToMailbox, ToStandardOutput
from brightpearl.service.places import ToAddress, ToFunction
from brightpearl.text import Hidden, one_line

_SECONDS = 15.0


class AlertUndelivered(Exception):
    """Somebody could not be told now."""


def deliver(target: AlertTarget, message: Mapping[str, Any]) -> None:
    """Brings a message, which has an `id`, to whom it is for. Raises `AlertUndelivered`."""
    to = target.to
    try:
        if isinstance(to, ToStandardOutput):
            _print(json.dumps({"alert": _told(message)}, ensure_ascii=False))
        elif isinstance(to, ToMailbox):
            _mail(to, message)
        elif isinstance(to, ToAddress):
            _post(to.url, target, message)
        else:
            _call(to, message)
    except BrightpearlError as error:
        raise AlertUndelivered(str(error)) from None


def _print(line: str) -> None:
    try:
        print(line, flush=True)
    except (OSError, ValueError) as error:
        # Such as a pipe that nobody reads any more, or a log on a full disk: others are told all the same.
        raise AlertUndelivered(f"standard output cannot be written: {type(error).__name__}") from None


def _told(message: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in message.items() if name != "slack"}


def _post(url: str, target: AlertTarget, message: Mapping[str, Any]) -> None:
    if target.is_slack:
        body = json.dumps(message["slack"])
    else:
        body = json.dumps(
            {"type": f"alert.{message['change']}", "timestamp": message["timestamp"], "data": _told(message)}
        )
    headers = {"content-type": "application/json", **_signed(target.secret, message["id"], body)}
    try:
        answer = httpx.post(url, content=body, headers=headers, timeout=_SECONDS, follow_redirects=False)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise AlertUndelivered(f"the address cannot be reached: {type(error).__name__}") from None
    if not 200 <= answer.status_code < 300:
        raise AlertUndelivered(f"the address answered with HTTP {answer.status_code}")


def _signed(secret: str | None, id: str, body: str) -> dict[str, str]:
    """What says, as Standard Webhooks have it, which message it is, and from whom."""
    if secret is None:
        return {"webhook-id": id}
    from standardwebhooks import Webhook

    hook = None
    with contextlib.suppress(ValueError, RuntimeError):
        hook = Webhook(secret_of(secret, "secret"))
    if hook is None:
        raise AlertUndelivered("the secret that signs is not base64; expected one such as whsec_...")
    now = datetime.datetime.now(datetime.timezone.utc)
    return {
        "webhook-id": id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": hook.sign(id, now, body),
    }


def _mail(to: ToMailbox, message: Mapping[str, Any]) -> None:
    mail = EmailMessage()
    text = one_line(message["text"])
    subject = f"brightpearl: {text}"
    mail["Subject"] = subject if len(subject) <= 120 else f"{subject[:117]}..."
    mail["From"] = to.sender
    mail["To"] = ", ".join(to.recipients)
    mail["Date"] = format_datetime(datetime.datetime.now(datetime.timezone.utc))
    mail["Message-ID"] = f"<{message['id']}@{to.sender.partition('@')[2]}>"
    # So that no vacation message comes back.
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(
        f"{text}\n\nAccount: {message['account']}\nRule: {message['rule']}\nTold: {message['timestamp']}\n"
    )
    try:
        with _connected(to) as server:
            refused = server.send_message(mail)
    except (smtplib.SMTPException, OSError, ValueError) as error:
        # What servers answer may repeat anything.
        raise AlertUndelivered(f"the mail server did not take it: {type(error).__name__}") from None
    if refused:
        raise AlertUndelivered(f"the mail server took it for some only, not for {', '.join(sorted(refused))}")


def _connected(to: ToMailbox) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if to.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(to.host, to.port, timeout=_SECONDS, context=context)
    else:
        server = smtplib.SMTP(to.host, to.port, timeout=_SECONDS)
    try:
        if to.security == "starttls":
            server.starttls(context=context)
        if to.user is not None and to.password is not None:
            server.login(to.user, Hidden(secret_of(to.password, "password")).value)
    except BaseException:
        server.close()
        raise
    return server


def _call(to: ToFunction, message: Mapping[str, Any]) -> None:
    module, _, name = to.name.partition(":")
    try:
        getattr(importlib.import_module(module), name)(_told(message))
    except Exception as error:
        raise AlertUndelivered(f"{to.name} raised {type(error).__name__}: {one_line(error)[:300]}") from None
