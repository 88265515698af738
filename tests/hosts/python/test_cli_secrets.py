"""No secret of the environment shows up in what commands write, whatever the server echoes."""

from __future__ import annotations

import http.server
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from brightpearl import logs
from command_line import Ended, server, settings
from echoes import every_form, shown

__all__ = ["server", "settings"]

SCHEMES = [
    {"APP_REF": "app", "ACCOUNT_TOKEN": "Yr6-Vw8_Ju2/n3Sc+Kk4M=="},
    {
        "APP_REF": "app",
        "DEV_REF": "dev",
        "ACCOUNT_TOKEN": "Yr6-Vw8_Ju2/n3Sc+Kk4M==",
        "DEV_SECRET": "Vu3-St5_Gr9/j0Pf+Hh1J==",
    },
    {"APP_REF": "app", "STAFF_TOKEN": "Sx0-Pq2_Do6/f7Mi+Ee8F=="},
    {"APP_REF": "app", "EMAIL": "a@example.com", "PASSWORD": "Uv2-Rs4_Fq8/h9Og+Gg0H=="},
    {"EMAIL": "a@example.com", "PASSWORD": "Uv2-Rs4_Fq8/h9Og+Gg0H=="},
    {"APPLICATION_ID": "id", "APPLICATION_SECRET": "Xs5-Uv7_It1/m2Rd+Jj3L=="},
    {
        "APP_REF": "app",
        "DEV_REF": "dev",
        "CLIENT_SECRET": "Wt4-Tu6_Hs0/k1Qe+Ii2K==",
        "ACCESS_TOKEN": "Zq7-Wx9_Kv3/p4Tb+Lm5N==",
        "REFRESH_TOKEN": "Tw1-Qr3_Ep7/g8Nh+Ff9G==",
    },
]


REFERENCES = [
    {"APP_REF": "app", "ACCOUNT_TOKEN": "Yr6-Vw8_Ju2/n3Sc+Kk4M=="},
    {
        "APP_REF": "app",
        "DEV_REF": "dev",
        "CLIENT_SECRET": "Wt4-Tu6_Hs0/k1Qe+Ii2K==",
        "REFRESH_TOKEN": "Tw1-Qr3_Ep7/g8Nh+Ff9G==",
    },
]


@pytest.fixture(autouse=True)
def lines() -> Iterator[None]:
    """Every line of the log on standard error, for each command."""
    handlers, level = list(logs.ROOT.handlers), logs.ROOT.level
    logs.configure("json,debug")
    yield
    logs.ROOT.handlers[:] = handlers
    logs.ROOT.setLevel(level)


@pytest.fixture(scope="module")
def echo() -> Iterator[str]:
    """A server that refuses everything, and says back all that it was sent."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self) -> None:
            sent = self.rfile.read(int(self.headers.get("content-length") or 0)).decode(errors="replace")
            texts = [sent, *self.headers.values()]
            planted = [value for scheme in SCHEMES for value in scheme.values() if value in " ".join(texts)]
            texts += [form for value in planted if len(value) > 10 for form in every_form(value)]
            errors = [{"code": text, "message": text} for text in texts]
            body = json.dumps({"errors": errors, "response": " ".join(texts)}).encode()
            self.send_response(401)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_OPTIONS = do_PUT = answer  # noqa: N815 - the names that the base class asks for

        def log_message(self, *_: object) -> None:
            pass

    served = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{served.server_address[1]}"
    served.shutdown()
    served.server_close()
    thread.join()


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: "+".join(scheme))
def test_no_secret_is_written(
    scheme: dict[str, str], echo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("APP_REF", "ACCOUNT_TOKEN"):
        monkeypatch.delenv(f"BRIGHTPEARL_{name}")
    for name, value in (scheme | {"BASE_URL": echo}).items():
        monkeypatch.setenv(f"BRIGHTPEARL_{name}", value)
    if "REFRESH_TOKEN" in scheme:
        monkeypatch.setenv("BRIGHTPEARL_TOKEN_URL", f"{echo}/token/demo")
    monkeypatch.chdir(tmp_path)
    told = told_by_commands()
    told += told_by_files(tmp_path)
    # The echo of a login is too much to be looked through, and nothing of it is shown.
    assert "[redacted]" in told or "what its answer says is too long to be shown" in told
    assert shown(secrets_of(scheme), [told]) is None


@pytest.mark.parametrize("scheme", REFERENCES, ids=lambda scheme: "+".join(scheme))
def test_no_secret_is_written_where_it_is_referred_to(
    scheme: dict[str, str], echo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By variables, by --secret, and by a profile that has the secrets themselves."""
    for name in ("APP_REF", "ACCOUNT_TOKEN"):
        monkeypatch.delenv(f"BRIGHTPEARL_{name}")
    monkeypatch.setenv("BRIGHTPEARL_BASE_URL", echo)
    monkeypatch.setenv("BRIGHTPEARL_TOKEN_URL", f"{echo}/token/demo")
    members = {"account": "demo", "base_url": echo}
    by_option: list[str] = []
    for name, value in scheme.items():
        members[name.lower()] = value
        if value in secrets_of(scheme):
            (tmp_path / f"{name}.secret").write_text(value)
            by_option += ["--secret", f"{name}=file:{tmp_path}/{name}.secret"]
            monkeypatch.setenv(f"BRIGHTPEARL_{name}", f"command:cat {tmp_path}/{name}.secret")
        else:
            monkeypatch.setenv(f"BRIGHTPEARL_{name}", value)
    if "REFRESH_TOKEN" in scheme:
        members["token_url"] = f"{echo}/token/demo"
    config = tmp_path / "config.toml"
    config.write_text(
        "[profiles.planted]\n" + "".join(f"{name} = {json.dumps(text)}\n" for name, text in members.items())
    )
    config.chmod(0o600)
    monkeypatch.setenv("BRIGHTPEARL_CONFIG", str(config))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    told = told_by_commands() + told_by_commands(*by_option) + told_by_commands("--profile", "planted")
    for arguments in (("profiles",), ("profiles", "--json"), ("login", "--no-browser", "--timeout", "1"), ("logout",)):
        for before in ((), ("--profile", "planted")):
            ended = Ended(*before, *arguments)
            told += ended.out + ended.err
    told += told_by_files(work)
    assert '"logger": "brightpearl.requests"' in told
    assert shown(secrets_of(scheme), [told]) is None


def secrets_of(scheme: dict[str, str]) -> list[str]:
    return [value for value in scheme.values() if len(value) > 10 and "@" not in value]


def told_by_commands(*before: str) -> str:
    """What the commands write that send something."""
    Path("note.json").write_text('{"text": "x"}')
    write = {"method": "POST", "path": "order-service/order/1/note", "body": {"text": "x"}}
    Path("batch.jsonl").write_text(json.dumps(write) + "\n")
    Path("orders.csv").write_text("Order,Email\nA,b@example.com\n")
    Path("tap.json").write_text('{"streams": ["order"]}')
    told = ""
    for arguments in (
        ("search", "order"),
        ("get", "order", "1-3"),
        ("get", "order-type"),
        ("post", "order-service/order/1/note", "note.json"),
        ("task", "add-order-note", "note.json", "--arg", "orderId=1"),
        ("batch", "batch.jsonl"),
        ("push", "csv-order", "orders.csv", "--write", "--journal", "journal", "--dead-letters", "letters"),
        ("pull", "order", "--out", "out.csv"),
        ("pull", "order", "--out", "out.jsonl", "--state", "state", "--dead-letters", "more"),
        ("tap", "--config", "tap.json"),
        ("map", "run", "csv-order", "orders.csv", "--json"),
        ("explain", "pull", "order"),
    ):
        ended = Ended(*before, *arguments)
        assert ended.out + ended.err
        told += ended.out + ended.err
    return told


def told_by_files(place: Path) -> str:
    """What the commands have left behind."""
    told = ""
    for folder, _, names in os.walk(place):
        for name in names:
            told += (Path(folder) / name).read_text(errors="replace")
    return told
