"""Where a pull stands, from one run to the next."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    AnyState = str | os.PathLike[str]
    """The path of a file, or the text of a state, which begins with `{`."""


class StateFile:
    """A file that has one state or the next, whatever happens while it is replaced."""

    __slots__ = ("_path",)

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = os.fspath(path)

    def read(self) -> str | None:
        """The state; None when there is none yet."""
        try:
            with open(self._path, encoding="utf-8") as file:
                return file.read().strip() or None
        except FileNotFoundError:
            return None

    def write(self, state: str) -> None:
        """Replaces the state, and returns when it is on disk."""
        unfinished = f"{self._path}.{os.getpid()}.new"
        try:
            with open(unfinished, "w", encoding="utf-8") as file:
                file.write(state + "\n")
                file.flush()
                os.fsync(file.fileno())
            os.replace(unfinished, self._path)
        except BaseException:
            if os.path.exists(unfinished):
                os.unlink(unfinished)
            raise


def read_state(state: AnyState | None) -> tuple[StateFile | None, str | None]:
    """The file of a state, where it has one, and its text, where there is one yet."""
    if state is None:
        return None, None
    if isinstance(state, str) and state.lstrip().startswith("{"):
        return None, state
    file = StateFile(state)
    return file, file.read()
