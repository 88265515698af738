"""The configuration of a service that a command names."""

from __future__ import annotations

from pathlib import Path

from brightpearl.cli.failure import UnusableFileError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from brightpearl.service.configuration import ServiceConfiguration
    from brightpearl.service.problems import Problem


def examined(file: Path, profile: str | None = None) -> tuple[ServiceConfiguration | None, list[Problem]]:
    """The configuration where it can be used, and everything that is wrong or doubtful. Refuses a file that cannot be
    read."""
    from brightpearl.service.configuration import examine

    configuration, problems = examine(file, profile)
    for problem in problems:
        if problem.is_of_file:
            raise UnusableFileError(problem.message, where=f"FILE {file}")
    return configuration, problems
