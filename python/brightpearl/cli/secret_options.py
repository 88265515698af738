"""Secrets on the command line: where they are, never what they are."""

from __future__ import annotations

from brightpearl.any_credentials import names_of_secrets
from brightpearl.arguments import did_you_mean
from brightpearl.cli.failure import UsageError
from brightpearl.secret_reference import EXPECTED, is_reference, wrong_with

_WHERE = "--secret"


def secret_named(option: str | None) -> str | None:
    """The secret that somebody wanted to give as an option of its own. Secrets have no options."""
    name = _plain(option or "")
    return name if name in _known() else None


def _known() -> list[str]:
    return [*names_of_secrets(), "token_key"]


def _plain(name: str) -> str:
    return name.strip().lower().lstrip("-").replace("-", "_").removeprefix("brightpearl_")


def referred(options: list[str] | None) -> dict[str, str]:
    """The variables that options such as `account_token=env:NAME` stand for. What is given is not shown: it may be the
    secret itself."""
    known = _known()
    found = {}
    for option in options or []:
        name, separator, reference = option.partition("=")
        name = _plain(name)
        if not separator or name not in known:
            nearest = did_you_mean(name, known)
            hint = f"did you mean {nearest}?" if nearest else f"expected one of {', '.join(known)}"
            raise UsageError(
                f"invalid --secret; {hint if separator else 'expected NAME=REFERENCE'}",
                where=_WHERE,
                advice=f"Give it as NAME=REFERENCE, with a reference such as {EXPECTED}.",
            )
        if not is_reference(reference):
            raise UsageError(
                f"a secret itself stands on the command line, where others can see it; expected {EXPECTED}",
                where=f"{_WHERE} {name}",
                advice=f"Put it into BRIGHTPEARL_{name.upper()} or a file of your own; it is known to others now.",
            )
        if (problem := wrong_with(reference)) is not None:
            raise UsageError(problem, where=f"{_WHERE} {name}", advice=f"Give {EXPECTED}.")
        found[f"BRIGHTPEARL_{name.upper()}"] = reference
    return found
