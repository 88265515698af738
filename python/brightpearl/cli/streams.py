"""The standard streams of the command, however its caller left them."""

from __future__ import annotations

import contextlib
import io
import os
import sys

from brightpearl.private_file import NamedFile

OUTPUT_NAME = "standard output"
"""How errors name it."""


def occupy_streams() -> None:
    """Descriptors that the caller closed are not given to files that are opened later."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def prepare_output() -> None:
    """Data is UTF-8 wherever it goes; a terminal has the encoding that it says, and gets what it lacks by number."""
    if sys.stdout.isatty():
        reconfigure = getattr(sys.stdout, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
        return
    raw = NamedFile(1, "wb", OUTPUT_NAME, closefd=False)
    # Such as `python -u` has it.
    is_unbuffered = isinstance(getattr(sys.stdout, "buffer", None), io.RawIOBase)
    sys.stdout = io.TextIOWrapper(
        raw if is_unbuffered else io.BufferedWriter(raw),
        encoding="utf-8",
        errors="backslashreplace",
        write_through=is_unbuffered,
    )


def give_up_output() -> None:
    """What is left in the stream goes nowhere: Python would complain about it when it flushes on its way out."""
    with contextlib.suppress(OSError, ValueError):
        descriptor = sys.stdout.fileno()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, descriptor)
        os.close(nowhere)
