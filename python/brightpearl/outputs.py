"""What a call with one output has said."""

from __future__ import annotations

from brightpearl._native import RawData, RawReply
from brightpearl.answered import TaskDone
from brightpearl.exceptions import ValidationError
from brightpearl.reply import Reply

TYPE_CHECKING = False
if TYPE_CHECKING:
    from brightpearl.answered import Answers
    from brightpearl.driver import Output


def reply_of(output: Output | None, answers: Answers) -> Reply:
    """The answer to a single request."""
    if not isinstance(output, RawReply):
        raise _nothing_left()
    return Reply(output.status, output.headers, output.body, answers.listed())


def uris_of(output: Output | None) -> list[str]:
    """The URIs of an `OPTIONS`."""
    if not isinstance(output, RawData):
        raise _nothing_left()
    return [output.value(index) for index in range(len(output))]


def result_of(output: Output | None, answers: Answers) -> TaskDone:
    """The result of a task."""
    if not isinstance(output, RawData):
        raise _nothing_left()
    done = TaskDone(output.value(0))
    done.responses = answers.listed()
    return done


def _nothing_left() -> ValidationError:
    return ValidationError(
        "the request was answered before the checkpoint was taken; expected one with something left to do",
        location="checkpoint",
    )
