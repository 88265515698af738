"""The signatures of tasks' methods as `inspect` sees them, for notebooks and consoles that complete arguments."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import inspect


class TaskSignature:
    """Stands where `inspect.signature` looks for what a method wraps. The signature is made when somebody asks, since
    hardly a program does, and `inspect` is slow to import."""

    __slots__ = ("_method",)

    def __init__(self, method: str) -> None:
        self._method = method

    def __call__(self) -> None:
        """Never called; what is wrapped has to be callable."""
        raise NotImplementedError

    @property
    def __signature__(self) -> inspect.Signature:
        """The arguments by name: what is mandatory first, then what is not, then the options of every call."""
        import inspect

        from brightpearl import task_types
        from brightpearl.call_options import NAMES

        types = getattr(task_types, "".join(word.capitalize() for word in self._method.split("_")))
        names = sorted(types.__annotations__, key=lambda name: (name not in types.__required_keys__, name in NAMES))
        arguments = [
            inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                default=inspect.Parameter.empty if name in types.__required_keys__ else _default(name),
                annotation=_written(types.__annotations__[name]),
            )
            for name in names
        ]
        own = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
        return inspect.Signature([own, *arguments])


def _default(name: str) -> object:
    """An argument of a task is left out, and None would empty a field."""
    from brightpearl.call_options import NAMES

    return None if name in NAMES else ...


def _written(annotation: object) -> object:
    return getattr(annotation, "__forward_arg__", annotation)


def give_signatures(methods: type) -> None:
    """Gives every task's method its signature."""
    for name, method in vars(methods).items():
        if not name.startswith("_"):
            method.__wrapped__ = TaskSignature(name)
