"""What a mapping document reads of records: the members that its expressions reach, wherever one may stand."""

from __future__ import annotations

from typing import Any

from brightpearl.cli.expression_reads import templates_read, value_read
from brightpearl.cli.members_read import Reached, Value, elements_of, take_whole

_MOST_CREATED_BY_EACH_OTHER = 5

# What a rule that keeps a value may say and still keep what it picked.
_KEPT_AS_PICKED = {"name", "from", "when", "scope", "note", "required"}


def reached_by(document: dict[str, Any]) -> Reached:
    """The record, with all that the document reads of it."""
    record = Reached()
    column = (document.get("csv") or {}).get("groupBy")
    if column is not None:
        record.member("rows").element().member(column)
    _Reading(document, [record], {}, 0)
    return record


class _Reading:
    """A document that reads a record."""

    def __init__(self, document: dict[str, Any], record: Value, known: dict[str, Any], depth: int) -> None:
        self._record = record
        self._mappings = known | (document.get("mappings") or {})
        self._depth = depth
        self._kept: dict[str, Value] = {}
        around = [record]
        for parameter in (document.get("path") or {}).values():
            self._rule(parameter, around)
        key = document.get("key") or {}
        for member in ("from", "newest"):
            self._take(key.get(member), around)
        self._filters((key.get("verify") or {}).get("by"), around)
        self._pieces(document.get("pieces"), around)
        self._conditions(document.get("when"), around)
        self._rules(document.get("fields"), around)
        for check in document.get("checks") or []:
            self._check(check, around)

    def _pieces(self, pieces: Any, around: list[Value]) -> None:
        if not isinstance(pieces, dict) or "each" not in pieces:
            self._take(pieces, around)
            return
        each = self._elements(self._pick(pieces["each"], around))
        for member in ("sku", "productId", "quantity"):
            self._take(pieces.get(member), [*around, each])

    def _conditions(self, conditions: Any, around: list[Value]) -> None:
        for condition in conditions if isinstance(conditions, list) else [conditions]:
            if not isinstance(condition, dict) or "is" not in condition:
                self._pick(condition, around)
                continue
            self._pick(condition["is"], around)
            for text in (condition.get("otherwise"), condition.get("reject")):
                self._template(text, around)
            there = condition.get("there")
            if isinstance(there, dict):
                self._template(there.get("note"), around)
                credit = there.get("credit") or {}
                if credit:
                    self._create(credit["create"], self._elements(self._pick(credit["each"], around)))

    def _check(self, check: dict[str, Any], around: list[Value]) -> None:
        # `equals` is over the body.
        self._take(check["is"], around)
        within = check.get("within")
        if isinstance(within, dict):
            self._take(within["minor"], around)
            self._take_scoped(within["currency"], around)
        self._rules((check.get("row") or {}).get("fields"), around)

    def _rules(self, rules: Any, around: list[Value]) -> None:
        for rule in rules or []:
            if "each" in rule:
                self._each(rule, around)
            else:
                self._rule(rule, around)

    def _each(self, rule: dict[str, Any], around: list[Value]) -> None:
        scope = rule.get("scope", "element")
        self._pick(rule.get("when"), around, scope)
        elements = self._elements(self._pick(rule["each"], around, scope))
        within = [*around, elements]
        self._pick(rule.get("where"), within)
        if "fields" in rule:
            self._rules(rule["fields"], within)
            return
        if not {"from", "value", "template", "concat"} & rule.keys():
            take_whole(elements)
        self._rule({name: value for name, value in rule.items() if name not in ("when", "scope")}, within)

    def _rule(self, rule: dict[str, Any], around: list[Value]) -> None:
        scope = rule.get("scope", "element")
        self._pick(rule.get("when"), around, scope)
        if "name" in rule and rule.keys() <= _KEPT_AS_PICKED:
            # Whoever uses what is kept reads of it.
            self._kept.setdefault(rule["name"], []).extend(self._pick(rule.get("from"), around, scope))
        else:
            self._take(rule.get("from"), around, scope)
        for part in rule.get("concat") or []:
            self._take(part, around, scope)
        for text in (rule.get("template"), rule.get("reject")):
            self._template(text, around, scope)
        for operation in rule.get("math") or []:
            for operand in operation.values():
                self._take(operand, around, scope)
        self._take((rule.get("spread") or {}).get("by"), around, scope)
        self._take_scoped((rule.get("unit") or {}).get("from"), around, scope)
        made = rule.get("as")
        if isinstance(made, dict):
            self._take_scoped(made.get("currency"), around, scope)
        self._resolve(rule.get("resolve") or {}, around, scope)

    def _resolve(self, resolve: dict[str, Any], around: list[Value], scope: str) -> None:
        self._filters(resolve.get("by"), around, scope)
        otherwise = resolve.get("else")
        missing = otherwise if isinstance(otherwise, dict) else {}
        self._template(missing.get("tell"), around, scope)
        for created in (resolve.get("create"), missing.get("create")):
            if created is not None:
                self._create(created, _within(around, scope))

    def _filters(self, filters: Any, around: list[Value], scope: str = "element") -> None:
        for value in (filters or {}).values():
            self._take_scoped(value, around, scope)

    def _create(self, name: str, record: Value) -> None:
        document = self._mappings.get(name)
        if document is not None and self._depth < _MOST_CREATED_BY_EACH_OTHER:
            _Reading(document, record, self._mappings, self._depth + 1)

    def _elements(self, value: Value) -> Value:
        """What stands for its elements: of what is no array, that itself."""
        return [*value, *elements_of(value)]

    def _take_scoped(self, place: Any, around: list[Value], scope: str = "element") -> None:
        """Where a text is a constant, such as a currency's code."""
        if isinstance(place, dict):
            self._take(place, around, scope)

    def _take(self, place: Any, around: list[Value], scope: str = "element") -> None:
        take_whole(self._pick(place, around, scope))

    def _template(self, text: Any, around: list[Value], scope: str = "element") -> None:
        if text is not None:
            templates_read(text, _within(around, scope), self._record)

    def _pick(self, place: Any, around: list[Value], scope: str = "element") -> Value:
        """What may be there: an expression, one that says what it starts from, or nothing of the record."""
        if isinstance(place, str):
            return value_read(place, _within(around, scope), self._record)
        if not isinstance(place, dict):
            return []
        if "made" in place:
            # What was not kept as it was picked was taken by the rule that made it.
            current = self._kept.get(place["made"], [])
            return value_read(place.get("from", "@"), current, self._record)
        if place.get("from") is None:
            return []
        return value_read(place["from"], _within(around, place.get("scope", scope)), self._record)


def _within(around: list[Value], scope: str) -> Value:
    """What expressions of that scope start from."""
    return {"element": around[-1], "parent": around[-2] if len(around) > 1 else around[0], "record": around[0]}[scope]
