"""How servers echo what they were sent, and whether a text shows any of it."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

PART = 6
"""So many characters of a secret in a row do not come about by chance."""


def every_form(text: str) -> list[str]:
    """The forms in which a text may be echoed."""
    percent = "".join(f"%{byte:02X}" for byte in text.encode())
    escaped = "".join(f"\\u{unit:04x}" for unit in units(text))
    named = text.translate({ord(character): f"&{name};" for character, name in NAMES.items()})
    coded = [
        encode(f"{before}{text}".encode()).decode()
        for before in ("", "a", "ab", "acme:")
        for encode in (base64.b64encode, base64.urlsafe_b64encode)
    ]
    return [
        text,
        text.upper(),
        text.lower(),
        quote(text, safe=""),
        quote(text, safe="").lower(),
        quote_plus(text).lower(),
        quote(quote(text, safe=""), safe=""),
        percent,
        percent.lower(),
        quote(percent, safe=""),
        "".join(f"%u{unit:04x}" for unit in units(text)),
        json.dumps(text)[1:-1],
        json.dumps(text)[1:-1].replace("/", "\\/"),
        escaped,
        "".join(f"\\u{unit:04X}" for unit in units(text)),
        escaped.replace("\\", "\\\\"),
        "".join(f"%{byte:02X}" for byte in escaped.encode()),
        "".join(f"\\u{{{ord(character):x}}}" for character in text),
        "".join(f"\\{byte:03o}" for byte in text.encode()),
        "".join(f"\\U{ord(character):08x}" for character in text),
        html.escape(text),
        named,
        "".join(f"&#{ord(character)};" for character in text),
        "".join(f"&#x{ord(character):X};" for character in text),
        "".join(f"&#{ord(character)}" for character in text),
        "".join(f"{character}\r\n " for character in text),
        "".join(f"{character}\0" for character in text),
        "".join(f"{character}\\u0000" for character in text),
        text.encode().hex(),
        text.encode().hex().upper(),
        *coded,
        *(quote(form, safe="") for form in coded),
    ]


NAMES = {"&": "amp", "/": "sol", "+": "plus", "=": "equals", "é": "eacute"}
"""What HTML calls some characters."""


def units(text: str) -> Iterator[int]:
    """The text in UTF-16."""
    coded = text.encode("utf-16-le")
    return (int.from_bytes(coded[at : at + 2], "little") for at in range(0, len(coded), 2))


DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def shown(secrets: Iterable[str], texts: Iterable[str]) -> str | None:
    """What a text shows of a secret in any form, with the text; None when nothing is shown."""
    parts: dict[int, set[str]] = {}
    for secret in secrets:
        for form in every_form(secret):
            size = max(PART, len(form) * PART // len(secret))
            parts.setdefault(size, set()).update(form[at : at + size] for at in range(len(form) - size + 1))
    # The digits of a digest are anybody's, so that now and then some are a secret's.
    for text in {DIGEST.sub("sha256:", text) for text in texts}:
        for size, known in parts.items():
            for at in range(len(text) - size + 1):
                if text[at : at + size] in known:
                    return f"{text[at : at + size]!r} in {text[max(0, at - 200) : at + 200]!r}"
    return None
