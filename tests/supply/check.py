"""Holds the dependencies to the lists of deny.toml, and runs what sources.py checks.

The lists name licences, sources and refused crates; an artefact has one version of each crate. `make deny`
asks cargo-deny, which knows more and takes minutes to compile; this takes a second.
"""

from __future__ import annotations

import re
import sys

from dependencies import ARTEFACTS, ROOT, Package, of_artefact, packages
from sources import wrong_with_sources


def listed(text: str, name: str) -> list[str]:
    """The texts of a list of deny.toml. Python 3.10 reads no TOML by itself, and the lists are plain."""
    found = re.search(rf"^{name} = \[(.*?)\]", text, re.MULTILINE | re.DOTALL)
    if not found:
        raise SystemExit(f"deny.toml has no list {name!r}")
    return re.findall(r'"([^"]+)"', found[1])


def satisfied(expression: str, allowed: set[str]) -> bool:
    """Whether an SPDX expression can be met with licences that are allowed."""
    words = re.findall(r"[()]|[^\s()]+", expression.replace("/", " OR "))

    def any_of() -> bool:
        met = all_of()
        while words and words[0] == "OR":
            words.pop(0)
            met = all_of() or met
        return met

    def all_of() -> bool:
        met = single()
        while words and words[0] == "AND":
            words.pop(0)
            met = single() and met
        return met

    def single() -> bool:
        word = words.pop(0)
        if word == "(":
            met = any_of()
            words.pop(0)
            return met
        if words and words[0] == "WITH":
            words.pop(0)
            word = f"{word} WITH {words.pop(0)}"
        return word in allowed

    return any_of()


def wrong_with(found: list[Package], text: str) -> list[str]:
    """What deny.toml forbids."""
    allowed = set(listed(text, "allow"))
    registries = {f"registry+{address}" for address in listed(text, "allow-registry")}
    excepted = {
        name: set(re.findall(r'"([^"]+)"', licences))
        for name, licences in re.findall(r'\{ name = "([^"]+)", allow = \[([^\]]*)\]', text)
    }
    refused = set(listed(text, "deny"))
    wrong = []
    for package in found:
        what = f"{package['name']} {package['version']}"
        licence = package["license"]
        if not licence or not satisfied(licence, allowed | excepted.get(package["name"], set())):
            wrong.append(f"{what} has the licence {licence!r}; expected one that deny.toml allows")
        if package["source"] is not None and package["source"] not in registries:
            wrong.append(f"{what} comes from {package['source']}; expected a registry that deny.toml allows")
        if package["name"] in refused:
            wrong.append(f"{what} is refused by deny.toml")
    return wrong


def repeated(found: list[Package]) -> list[str]:
    """Crates of which an artefact has more than one version."""
    names = [package["name"] for package in found]
    return sorted({name for name in names if names.count(name) > 1})


def main() -> int:
    text = (ROOT / "deny.toml").read_text(encoding="utf-8")
    told: list[str] = []
    samples = [
        ("GPL-3.0", "MIT"),
        ("MIT AND GPL-3.0", "MIT OR GPL-3.0"),
        ("(MIT OR ISC) AND GPL-2.0", "(GPL-2.0 OR MIT)/GPL-3.0"),
    ]
    for bad, good in samples:
        if satisfied(bad, set(listed(text, "allow"))) or not satisfied(good, set(listed(text, "allow"))):
            raise SystemExit("the reading of licences is out of order")
    found = packages(ROOT / "Cargo.toml")
    told += wrong_with(found, text)
    print(f"the workspace: {len(found)} packages")
    skipped = set(listed(text, "skip"))
    for artefact in ARTEFACTS:
        found = of_artefact(artefact)
        twice = [name for name in repeated(found) if name not in skipped]
        told += [f"{artefact}: two versions of {name}; expected one, or its name in skip" for name in twice]
        print(f"{artefact}: {len(found)} packages")
    told += wrong_with_sources()
    for wrong in told:
        print(wrong, file=sys.stderr)
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
