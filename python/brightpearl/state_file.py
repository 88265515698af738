"""Where a pull stands, from one run to the next."""

from __future__ import annotations

import os
from weakref import WeakValueDictionary

from brightpearl._native import load_json
from brightpearl.arguments import checked_path, checked_text
from brightpearl.exceptions import BrightpearlError, ValidationError
from brightpearl.locking import NameLock
from brightpearl.private_file import irregular, remove_abandoned, replacing, require_replaceable
from brightpearl.whole_file import LARGEST_RECORDS, read_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    AnyState = str | os.PathLike[str]
    """The path of a file, or the text of a state, which begins with `{`."""


_ADVICE = "Name the file of the last pull, or one that is not there yet to begin anew."

_HELD: WeakValueDictionary[tuple[int, str], StateFile] = WeakValueDictionary()
"""Who has what, by process and path."""


class StateFile:
    """A file that has one state or the next, whatever happens while it is replaced.

    One pull at a time has it: that of another process is refused, and a later one of this process takes it over. Raises
    `ValidationError` then, and for what is not a regular file, and `OSError` where no state can be kept, so that this
    is known before anything is pulled.
    """

    __slots__ = ("__weakref__", "_lock", "_path")

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = checked_path(path, "state")
        if (kind := irregular(self._path)) is not None:
            raise ValidationError(
                f"{self._path!r} is {kind}; expected a regular file with the state, or none yet",
                location="state",
                advice=_ADVICE,
            )
        require_replaceable(self._path)
        self._lock: NameLock | None = None
        self._lock = self._taken()

    def _taken(self) -> NameLock:
        place = (os.getpid(), os.path.realpath(self._path))
        before = _HELD.get(place)
        if before is not None and before._lock is not None:
            # A pull that nobody goes on with may not be gone yet.
            taken, before._lock = before._lock, None
            _HELD[place] = self
            return taken
        taken = NameLock(self._path)
        if not taken.take():
            raise ValidationError(
                f"another pull has the state {self._path!r}; expected to run one after the other",
                location="state",
                advice="Wait for the other pull to end, or give this one a state of its own.",
            )
        _HELD[place] = self
        remove_abandoned(self._path)
        return taken

    def release(self) -> None:
        """Lets others have it."""
        taken, self._lock = self._lock, None
        if taken is not None:
            taken.give_back()

    def __enter__(self) -> StateFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def __del__(self) -> None:
        if getattr(self, "_lock", None) is not None:
            self.release()

    def read(self, *, renew: bool = False) -> str | None:
        """The state; None when there is none yet. `renew`: it will not be gone on with, and may be damaged."""
        try:
            content = read_file(self._path, LARGEST_RECORDS, "a state", location="state", advice=_ADVICE)
            text = content.decode().strip()
        except FileNotFoundError:
            return None
        except UnicodeDecodeError:
            raise self._refusal("is not UTF-8") from None
        # A text that begins otherwise would be taken for the path of another file.
        if text and not text.startswith("{"):
            raise self._refusal("does not begin with '{'")
        if text and not renew:
            self._require_whole(text)
        return text or None

    def _require_whole(self, text: str) -> None:
        """Refuses what no pull left there: something else, or what a crash of another program cut off."""
        try:
            state = load_json(text.encode())
        except BrightpearlError as error:
            raise self._refusal(f"is not whole JSON: {error.message}") from None
        if not isinstance(state.get("version"), int):
            raise self._refusal("does not say its `version`")

    def _refusal(self, reason: str) -> ValidationError:
        return ValidationError(
            f"the file {self._path!r} is not a state: it {reason}; expected what an earlier pull left there",
            location="state",
            advice=_ADVICE,
        )

    def write(self, state: str) -> None:
        """Replaces the state, and returns when it is on disk."""
        if self._lock is None:
            raise ValidationError(
                f"a later pull of this process has the state {self._path!r}; expected one to be read at a time",
                location="state",
                advice="Go on with the later one, or give each a state of its own.",
            )
        if not self._lock.is_held():
            raise ValidationError(
                f"the lock beside the state {self._path!r} was removed, so that another pull may have begun; expected "
                "it to stay while a pull runs",
                location="state",
                advice="Pull once more: what this pull brought since its last state comes again.",
            )
        with replacing(self._path) as file:
            file.write(state.encode() + b"\n")


def read_state(state: AnyState | None, *, renew: bool = False) -> tuple[StateFile | None, str | None]:
    """The file of a state, where it has one, and its text, where there is one yet. `renew`: it is of no account."""
    if state is None:
        return None, None
    if isinstance(state, str) and state.lstrip().startswith("{"):
        return None, checked_text(state, "state", "what an earlier pull gave")
    file = StateFile(state)
    return file, file.read(renew=renew)
