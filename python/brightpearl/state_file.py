"""Where a pull stands, from one run to the next."""

from __future__ import annotations

import os

from brightpearl.arguments import checked_path
from brightpearl.exceptions import ValidationError
from brightpearl.private_file import irregular, replacing, require_replaceable

TYPE_CHECKING = False
if TYPE_CHECKING:
    AnyState = str | os.PathLike[str]
    """The path of a file, or the text of a state, which begins with `{`."""


class StateFile:
    """A file that has one state or the next, whatever happens while it is replaced.

    Raises `ValidationError` for what is not a regular file, and `OSError` where no state can be kept, so that this is
    known before anything is pulled.
    """

    __slots__ = ("_path",)

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = checked_path(path, "state")
        if (kind := irregular(self._path)) is not None:
            raise ValidationError(
                f"{self._path!r} is {kind}; expected a regular file with the state, or none yet",
                location="state",
                advice="Name the file of the last pull, or one that is not there yet to begin anew.",
            )
        require_replaceable(self._path)

    def read(self) -> str | None:
        """The state; None when there is none yet."""
        try:
            with open(self._path, "rb") as file:
                text = file.read().decode().strip()
        except FileNotFoundError:
            return None
        except UnicodeDecodeError:
            raise self._refusal("is not UTF-8") from None
        # A text that begins otherwise would be taken for the path of another file.
        if text and not text.startswith("{"):
            raise self._refusal("does not begin with '{'")
        return text or None

    def _refusal(self, reason: str) -> ValidationError:
        return ValidationError(
            f"the file {self._path!r} is not a state: it {reason}; expected what an earlier pull left there",
            location="state",
            advice="Name the file of the last pull, or one that is not there yet to begin anew.",
        )

    def write(self, state: str) -> None:
        """Replaces the state, and returns when it is on disk."""
        with replacing(self._path) as file:
            file.write(state.encode() + b"\n")


def read_state(state: AnyState | None) -> tuple[StateFile | None, str | None]:
    """The file of a state, where it has one, and its text, where there is one yet."""
    if state is None:
        return None, None
    if isinstance(state, str) and state.lstrip().startswith("{"):
        return None, state
    file = StateFile(state)
    return file, file.read()
