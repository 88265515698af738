"""What an expression of a mapping document reads: its grammar, as docs/expressions.md has it, with places in records
for values. The engine has checked it before."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import NamedTuple

from brightpearl.cli.members_read import Made, Value, elements_of, member_of, members_of, take_whole, together


class Around(NamedTuple):
    """What stands around an expression."""

    current: Value
    record: Value
    variables: dict[str, Value]

    def at(self, current: Value) -> Around:
        """The same around another value."""
        return self._replace(current=current)


Reader = Callable[[Around], Value]
"""Reads, and says what the value may be."""


def value_read(text: str, current: Value, record: Value) -> Value:
    """What the value of an expression may be, once everything is noted that it reads on its way."""
    parser = _Parser(text)
    reader = parser.expression(_LOOSEST)
    return reader(Around(current, record, {}))


def templates_read(text: str, current: Value, record: Value) -> None:
    """Notes what the expressions between the braces of a template read."""
    for expression in _BRACED.findall(text):
        if expression:
            take_whole(value_read(expression, current, record))


_BRACED = re.compile(r"\{\{|\}\}|\{([^}]*)\}")

_LEXEME = re.compile(
    r"""\s*(?:
        (?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<quoted>"(?:[^"\\]|\\.)*")
      | (?P<constant>'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`)
      | (?P<variable>\$[A-Za-z0-9_]*)
      | (?P<place>[0-9]+)
      | (?P<sign>\|\||&&|==|!=|<=|>=|//|\[\]|\[\?|.)
    )""",
    re.VERBOSE | re.DOTALL,
)

_LOOSEST, _PIPE, _CHOICE, _OR, _AND, _COMPARISON, _SUM, _PRODUCT, _PREFIX, _FLATTEN, _STEP = range(11)
_BINDINGS = {
    "|": _PIPE,
    "?": _CHOICE,
    "||": _OR,
    "&&": _AND,
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">="), _COMPARISON),
    **dict.fromkeys(("+", "-", "\u2212"), _SUM),
    **dict.fromkeys(("*", "\u00d7", "/", "\u00f7", "//", "%"), _PRODUCT),
    "[]": _FLATTEN,
    **dict.fromkeys((".", "[", "[?"), _STEP),
}


class _Parser:
    def __init__(self, text: str) -> None:
        self._lexemes = [
            (found.lastgroup or "", found[found.lastgroup or 0]) for found in _LEXEME.finditer(text.rstrip())
        ]
        self._at = 0

    def expression(self, than: int) -> Reader:
        """What binds tighter than that."""
        each: Reader = self._first()
        around: list[tuple[Reader, Reader]] = []
        if self._is_list(each):
            around, each = [(each, _nothing)], _current
        while (binding := _BINDINGS.get(self._sign(), -1)) > than:
            if binding <= _FLATTEN:
                each, around = _gathered(around, each), []
            sign = self._sign()
            self._at += 1
            step, condition = self._step(each, sign, binding)
            each = step
            if condition is not None:
                around.append((step, condition))
                each = _current
        return _gathered(around, each)

    def _is_list(self, first: Reader) -> bool:
        """Whether what comes behind is done to each element."""
        return getattr(first, "is_list", False)

    def _step(self, left: Reader, sign: str, binding: int) -> tuple[Reader, Reader | None]:
        """What goes on from it; with a condition, what follows is done to each element for which it holds."""
        if sign == ".":
            if self._takes("*"):
                return _values(left), _nothing
            return _then(left, self._behind_dot()), None
        if sign == "[":
            return self._bracket(left)
        if sign == "[?":
            condition = self.expression(_LOOSEST)
            self._at += 1
            return left, condition
        if sign == "[]":
            return _flattened(left), _nothing
        if sign == "?":
            one = self.expression(_LOOSEST)
            self._at += 1
            other = self.expression(_PIPE)
            return lambda around: (left(around), one(around) + other(around))[1], None
        right = self.expression(binding)
        if sign == "|":
            return _then(left, right), None
        if sign in ("||", "&&"):
            return lambda around: left(around) + right(around), None
        return _whole([left, right]), None

    def _first(self) -> Reader:
        kind, text = self._next()
        if kind == "name":
            if text == "let" and self._kind() == "variable":
                return self._let()
            return self._called(text) if self._takes("(") else _member(text)
        if kind == "quoted":
            return _member(json.loads(text))
        if kind == "variable":
            return (lambda around: around.record) if text == "$" else (lambda around: around.variables.get(text, []))
        if kind == "constant":
            return _nothing
        if text == "(":
            inside = self.expression(_LOOSEST)
            self._at += 1
            return lambda around: inside(around)
        if text in "!-+\u2212":
            inner = self.expression(_PREFIX)
            return _reached([inner]) if text == "!" else _whole([inner])
        if text == "{":
            return self._object()
        if text == "*":
            return _listed(_values(_current))
        if text == "[]":
            return _listed(_flattened(_current))
        if text == "[?":
            condition = self.expression(_LOOSEST)
            self._at += 1
            return _listed(_filtered(condition))
        if text == "[":
            if self._is_place():
                reader, of_each = self._bracket(_current)
                return reader if of_each is None else _listed(reader)
            return self._list()
        return _current

    def _behind_dot(self) -> Reader:
        kind, text = self._next()
        if kind == "quoted":
            return _member(json.loads(text))
        if kind == "name":
            return self._called(text) if self._takes("(") else _member(text)
        return self._object() if text == "{" else self._list()

    def _is_place(self) -> bool:
        kind, text = self._lexemes[self._at]
        behind, sign = self._lexemes[self._at + 1]
        is_place = kind == "place" or text == ":" or (text == "-" and behind == "place")
        return is_place or (text == "*" and sign == "]")

    def _bracket(self, left: Reader) -> tuple[Reader, Reader | None]:
        """A place, a part or all of an array, behind its bracket."""
        inside = []
        while not self._takes("]"):
            inside.append(self._next()[1])
        if inside == ["*"] or ":" in inside:
            return left, _nothing
        return lambda around: elements_of(left(around)), None

    def _let(self) -> Reader:
        named: list[tuple[str, Reader]] = []
        while True:
            name = self._next()[1]
            self._at += 1
            named.append((name, self.expression(_LOOSEST)))
            if not self._takes(","):
                break
        self._at += 1
        inner = self.expression(_LOOSEST)

        def read(around: Around) -> Value:
            values = {name: reader(around) for name, reader in named}
            return inner(around._replace(variables=around.variables | values))

        return read

    def _object(self) -> Reader:
        members: list[tuple[str, Reader]] = []
        while not self._takes("}"):
            kind, text = self._next()
            self._at += 1
            members.append((json.loads(text) if kind == "quoted" else text, self.expression(_LOOSEST)))
            self._takes(",")
        return lambda around: [Made(members={name: reader(around) for name, reader in members})]

    def _list(self) -> Reader:
        elements = []
        while not self._takes("]"):
            elements.append(self.expression(_LOOSEST))
            self._takes(",")
        return lambda around: [Made(element=together([reader(around) for reader in elements]))]

    def _called(self, name: str) -> Reader:
        arguments: list[Reader] = []
        while not self._takes(")"):
            self._takes("&")
            arguments.append(self.expression(_LOOSEST))
            self._takes(",")
        return _function(name, arguments)

    def _next(self) -> tuple[str, str]:
        self._at += 1
        return self._lexemes[self._at - 1]

    def _kind(self) -> str:
        return self._lexemes[self._at][0] if self._at < len(self._lexemes) else ""

    def _sign(self) -> str:
        return self._lexemes[self._at][1] if self._kind() == "sign" else ""

    def _takes(self, sign: str) -> bool:
        is_there = self._sign() == sign
        self._at += is_there
        return is_there


def _nothing(_: Around) -> Value:
    return []


def _current(around: Around) -> Value:
    return around.current


def _member(name: str) -> Reader:
    return lambda around: member_of(around.current, name)


def _then(left: Reader, right: Reader) -> Reader:
    return lambda around: right(around.at(left(around)))


def _values(left: Reader) -> Reader:
    return lambda around: [Made(element=members_of(left(around)))]


def _flattened(left: Reader) -> Reader:
    def read(around: Around) -> Value:
        elements = elements_of(left(around))
        return [Made(element=elements + elements_of(elements))]

    return read


def _filtered(condition: Reader) -> Reader:
    def read(around: Around) -> Value:
        condition(around.at(elements_of(around.current)))
        return around.current

    return read


def _listed(reader: Reader) -> Reader:
    def read(around: Around) -> Value:
        return reader(around)

    read.is_list = True  # type: ignore[attr-defined]
    return read


def _gathered(around: list[tuple[Reader, Reader]], innermost: Reader) -> Reader:
    """What is done to each element, put together."""
    each = innermost
    for elements, condition in reversed(around):
        each = _projected(elements, condition, each)
    return each


def _projected(elements: Reader, condition: Reader, each: Reader) -> Reader:
    def read(around: Around) -> Value:
        element = around.at(elements_of(elements(around)))
        condition(element)
        return [Made(element=each(element))]

    return read


def _whole(readers: list[Reader]) -> Reader:
    def read(around: Around) -> Value:
        for reader in readers:
            take_whole(reader(around))
        return []

    return read


def _reached(readers: list[Reader]) -> Reader:
    """Of which it matters only whether they are there, or how many."""

    def read(around: Around) -> Value:
        for reader in readers:
            reader(around)
        return []

    return read


def _function(name: str, arguments: list[Reader]) -> Reader:
    """What a function makes of its arguments: those that hand on what they are given hand on its places."""
    if name in _APPLYING:
        place = 0 if name == "map" else 1
        return _applied(name, arguments[1 - place], arguments[place])
    if name in _REACHING:
        return _reached(arguments)
    handed_on = _HANDING_ON.get(name)
    if handed_on is None:
        return _whole(arguments)
    return lambda around: handed_on([argument(around) for argument in arguments])


def _applied(name: str, array: Reader, expression: Reader) -> Reader:
    def read(around: Around) -> Value:
        whole = array(around)
        elements = elements_of(whole)
        made = expression(around.at(elements))
        if name == "map":
            return [Made(element=made)]
        take_whole(made)
        if name == "group_by":
            return [Made(any_member=[Made(element=elements)])]
        return whole if name == "sort_by" else elements

    return read


_APPLYING = ("group_by", "map", "max_by", "min_by", "sort_by")
_REACHING = ("length", "type")


def _keys(values: list[Value]) -> Value:
    members_of(together(values))
    return []


_HANDING_ON: dict[str, Callable[[list[Value]], Value]] = {
    "from_items": lambda values: [Made(any_member=elements_of(elements_of(values[0])))],
    "items": lambda values: [Made(element=[Made(element=members_of(values[0]))])],
    "keys": _keys,
    "max": lambda values: elements_of(values[0]),
    "merge": together,
    "min": lambda values: elements_of(values[0]),
    "not_null": together,
    "reverse": lambda values: values[0],
    "sort": lambda values: values[0],
    "to_array": lambda values: [*values[0], Made(element=values[0])],
    "values": lambda values: [Made(element=members_of(values[0]))],
    "zip": lambda values: [Made(element=[Made(element=elements_of(together(values)))])],
}
