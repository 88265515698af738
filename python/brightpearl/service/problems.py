"""What is wrong with a configuration: all of it at once, each with its place."""

from __future__ import annotations

from dataclasses import dataclass

from brightpearl.exceptions import ValidationError
from brightpearl.text import one_line


@dataclass(frozen=True)
class Problem:
    """Something that is wrong, or doubtful."""

    place: str
    """Where: the table and the key, such as `flow "orders": every`."""
    message: str
    """What is wrong, and what was expected."""
    is_warning: bool = False
    """Whether the service runs all the same."""
    is_of_file: bool = False
    """Whether the configuration itself cannot be read, so that nothing is known of it."""

    def __str__(self) -> str:
        return one_line(f"{self.place}: {'warning: ' if self.is_warning else ''}{self.message}")


class ConfigurationError(ValidationError):
    """A configuration cannot be used; `problems` has everything that is wrong with it."""

    def __init__(self, path: str, problems: list[Problem]) -> None:
        self.path = path
        self.problems = problems
        wrong = [problem for problem in problems if not problem.is_warning]
        super().__init__(
            f"{len(wrong)} thing{'s are' if len(wrong) != 1 else ' is'} wrong with the configuration: "
            + "; ".join(map(str, wrong[:3]))
            + ("; ..." if len(wrong) > 3 else ""),
            location=path,
            advice=f"`brightpearl check {path}` tells everything. Nothing was started.",
        )

    def __reduce__(self) -> tuple[object, ...]:
        return ConfigurationError, (self.path, self.problems)
