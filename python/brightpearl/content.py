"""Classes that are typed by what they hold, without `typing`, which is slow to import."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Generic

    from typing_extensions import TypeVar

    Content = TypeVar("Content", default=Any)
    """What the resources have, such as a `brightpearl.record_types.Order`."""

    class Typed(Generic[Content]):
        """What is typed by its content."""

else:
    Content = None

    class Typed:
        """What is typed by its content; a program that runs need not know."""

        __slots__ = ()

        def __class_getitem__(cls, _: object) -> type:
            return cls
