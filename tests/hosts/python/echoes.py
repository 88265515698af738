"""How servers echo what they were sent, and whether a text shows any of it."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

PART = 6
"""So many characters of a secret in a row do not come about by chance."""


def every_form(text: str) -> list[str]:
    """The forms in which a text may be echoed."""
    coded = [
        encode(f"{before}{text}".encode()).decode()
        for before in ("", "a", "ab")
        for encode in (base64.b64encode, base64.urlsafe_b64encode)
    ]
    return [
        text,
        text.upper(),
        text.lower(),
        quote(text, safe=""),
        quote_plus(text).lower(),
        quote(quote(text, safe=""), safe=""),
        "".join(f"%{byte:02x}" for byte in text.encode()),
        json.dumps(text)[1:-1].replace("/", "\\/"),
        "".join(f"\\u{ord(character):04x}" for character in text),
        html.escape(text),
        "".join(f"&#{ord(character)};" for character in text),
        "".join(f"&#x{ord(character):X};" for character in text),
        text.encode().hex(),
        *coded,
        *(quote(form, safe="") for form in coded),
    ]


def shown(secrets: Iterable[str], texts: Iterable[str]) -> str | None:
    """What a text shows of a secret in any form, with the text; None when nothing is shown."""
    parts: dict[int, set[str]] = {}
    for secret in secrets:
        for form in every_form(secret):
            size = max(PART, len(form) * PART // len(secret))
            parts.setdefault(size, set()).update(form[at : at + size] for at in range(len(form) - size + 1))
    for text in set(texts):
        for size, known in parts.items():
            for at in range(len(text) - size + 1):
                if text[at : at + size] in known:
                    return f"{text[at : at + size]!r} in {text[max(0, at - 200) : at + 200]!r}"
    return None
