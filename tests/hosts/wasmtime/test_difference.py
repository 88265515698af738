"""What the runner of the vectors says of two values that differ."""

from __future__ import annotations

from difference import differences


def test_every_place_is_named() -> None:
    expected = {"same": 1, "gone": 2, "list": [1, 2], "deep": {"text": "a"}}
    found = {"same": 1, "list": [1, 3, 4], "deep": {"text": "b"}, "new": None}
    assert differences(expected, found) == [
        "/gone: expected 2, found nothing",
        "/list/1: expected 2, found 3",
        "/list/2: expected nothing, found 4",
        '/deep/text: expected "a", found "b"',
        "/new: expected nothing, found null",
    ]
    assert differences(expected, expected) == []


def test_what_python_takes_for_equal_differs() -> None:
    assert differences([True, 1, 0], [1, 1.0, False]) == [
        "/0: expected true, found 1",
        "/1: expected 1, found 1.0",
        "/2: expected 0, found false",
    ]
    assert differences(1, 2) == ["/: expected 1, found 2"]
