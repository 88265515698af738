"""The component in wasmtime, as a Python program has it: instances, their functions by name, refusals as exceptions.

Records are objects whose members have the names of the contract, a case of a variant is a `Variant`, a case of an enum
its name.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from wasmtime import Config, Engine, Store
from wasmtime.component import Component, Linker, Record, ResourceAny, ResultType, ValType, Variant

CONTRACT = "brightpearl:connector/{}@0.1.0"


class Refused(Exception):
    """What a function of the component fails with."""

    def __init__(self, error: Record) -> None:
        super().__init__(error.message)
        self.error = error


class Loaded:
    """The component, compiled and linked to nothing."""

    def __init__(self, path: Path) -> None:
        config = Config()
        # Compiled in less time to slower code: an instance lives for a moment.
        config.cranelift_opt_level = "none"
        self.engine = Engine(config)
        self.component = Component.from_file(self.engine, path)

    def instantiate(self) -> Instance:
        """A fresh instance: its own memory, sharing nothing with any other."""
        return Instance(self)


class Instance:
    """One running component."""

    def __init__(self, loaded: Loaded) -> None:
        self._store = Store(loaded.engine)
        self._instance = Linker(loaded.engine).instantiate(self._store, loaded.component)
        self._functions: dict[str, Any] = {}

    def call(self, name: str, *arguments: object) -> Any:
        """What a function gives, such as `engine/call.poll`; raises `Refused` with the error that it fails with."""
        function, _, result = self._function(name)
        value = function(self._store, *arguments)
        if not isinstance(result, ResultType):
            return value
        # Success and failure come with their names only where they could be confused; all that fails is a record.
        if isinstance(value, Variant) and value.tag in ("ok", "err"):
            if value.tag == "err":
                raise Refused(value.payload)
            return value.payload
        if isinstance(value, Record):
            raise Refused(value)
        return value

    def parameters(self, name: str) -> list[ValType]:
        """The types of a function's parameters, without that of the resource itself."""
        _, parameters, _ = self._function(name)
        return parameters

    def release(self, resource: ResourceAny) -> None:
        """Drops a client, a call or a mapping inside the component."""
        resource.drop(self._store)

    def _function(self, name: str) -> Any:
        if name not in self._functions:
            interface, _, rest = name.partition("/")
            exported = self._instance.get_export_index(self._store, CONTRACT.format(interface))
            if exported is None:
                raise LookupError(f"the component does not export {interface}")
            for spelling in (rest, f"[method]{rest}", f"[static]{rest}"):
                index = self._instance.get_export_index(self._store, spelling, exported)
                if index is not None:
                    break
            else:
                raise LookupError(f"the component does not export {name}")
            function = self._instance.get_func(self._store, index)
            assert function is not None
            kind = function.type(self._store)
            parameters = [parameter for name, parameter in kind.params if name != "self"]
            self._functions[name] = (function, parameters, kind.result)
        return self._functions[name]


def record(**members: object) -> Record:
    """A record of the contract: `page_size` stands for its `page-size`."""
    made = Record()
    for name, value in members.items():
        setattr(made, name.replace("_", "-"), value)
    return made


def members(value: Record) -> dict[str, Any]:
    """A record's members, as the engine's JSON spells them: `page_size`."""
    return {name.replace("-", "_"): member for name, member in vars(value).items()}
