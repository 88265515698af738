"""Writes what an artefact contains as a CycloneDX document: sbom.py c|node|component|python FILE.

It has what is linked in, of the versions and checksums of the lock files, and nothing of the machine: equal sources and
an equal SOURCE_DATE_EPOCH make equal bytes. cargo-cyclonedx, and maturin with it, write paths, build tools and random
numbers instead.
"""

from __future__ import annotations

import base64
import json
import sys
import uuid
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from urllib.parse import quote

import reproducible
from dependencies import ARTEFACTS, ROOT, STANDARD_LIBRARY, Package, checksums, links, packages

# What each artefact is as a whole: its kind, its name and the package URL without the version.
SUBJECTS = {
    "c": ("library", "libbrightpearl", "pkg:generic/libbrightpearl"),
    "node": ("library", "brightpearl", "pkg:npm/brightpearl"),
    "component": ("library", "brightpearl.wasm", "pkg:generic/brightpearl.wasm"),
    "python": ("library", "brightpearl", "pkg:pypi/brightpearl"),
}

Component = dict[str, Any]


def _licences(expression: str) -> list[dict[str, str]]:
    # Older packages part alternatives by a slash, which SPDX does not know.
    return [{"expression": expression.replace("/", " OR ")}]


def _of_cargo(package: Package, checksum: str | None) -> Component:
    component: Component = {
        "type": "library",
        "bom-ref": f"cargo:{package['name']}@{package['version']}",
        "name": package["name"],
        "version": package["version"],
        "scope": "required",
    }
    if package["description"]:
        component["description"] = " ".join(package["description"].split())
    if checksum:
        component["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    component["licenses"] = _licences(package["license"])
    # Our own crates are in no registry, where their names would be somebody else's.
    if package["source"] is not None:
        component["purl"] = f"pkg:cargo/{quote(package['name'])}@{quote(package['version'], safe='')}"
    if package["repository"]:
        component["externalReferences"] = [{"type": "vcs", "url": package["repository"]}]
    return component


def _standard_library() -> Component:
    version = reproducible.compiler()["release"]
    return {
        "type": "library",
        "bom-ref": STANDARD_LIBRARY,
        "name": STANDARD_LIBRARY,
        "version": version,
        "scope": "required",
        "licenses": _licences("MIT OR Apache-2.0"),
        "purl": f"pkg:generic/rust@{version}",
    }


def _of_npm() -> tuple[list[Component], dict[str, set[str]]]:
    """The packages that npm installs beside ours, and what each uses: by its reference, ours under the empty one."""
    lock = json.loads((ROOT / "ffi/node/package-lock.json").read_text(encoding="utf-8"))["packages"]
    components: list[Component] = []
    edges: dict[str, set[str]] = {}
    installed = {path: entry for path, entry in lock.items() if not entry.get("dev")}
    references = {
        path: f"npm:{path.rpartition('node_modules/')[2]}@{it['version']}" for path, it in installed.items() if path
    }
    for path, entry in installed.items():
        uses = {*entry.get("dependencies", {}), *entry.get("optionalDependencies", {})}
        # Nothing of ours needs two versions of one package, so that all of them lie side by side.
        edges[references.get(path, "")] = {references[f"node_modules/{name}"] for name in uses}
        if not path:
            continue
        name = path.rpartition("node_modules/")[2]
        digest = base64.b64decode(entry["integrity"].removeprefix("sha512-")).hex()
        components.append(
            {
                "type": "library",
                "bom-ref": references[path],
                "name": name,
                "version": entry["version"],
                "scope": "optional" if entry.get("optional") else "required",
                "hashes": [{"alg": "SHA-512", "content": digest}],
                "licenses": _licences(entry["license"]),
                "purl": f"pkg:npm/{quote(name, safe='/')}@{quote(entry['version'], safe='')}",
            }
        )
    return components, edges


def document(artefact: str) -> str:
    """The document of an artefact."""
    known = {(package["name"], package["version"]): package for package in packages()}
    sums = checksums()
    linked = links(artefact)
    components = [_of_cargo(known[key], sums.get(key)) for key in linked]
    edges = {f"cargo:{name}@{version}": {f"cargo:{n}@{v}" for n, v in uses} for (name, version), uses in linked.items()}
    # Every crate uses the standard library; that is told once, of the artefact.
    components.append(_standard_library())
    edges[STANDARD_LIBRARY] = set()
    used = {reference for uses in edges.values() for reference in uses}
    roots = {reference for reference in edges if reference not in used}
    if artefact == "node":
        of_npm, edges_of_npm = _of_npm()
        components += of_npm
        roots |= edges_of_npm.pop("")
        edges |= edges_of_npm
    kind, name, address = SUBJECTS[artefact]
    ours = next(package for package in known.values() if package["name"] == "brightpearl-core")
    subject = f"artefact:{artefact}"
    edges[subject] = roots
    content: dict[str, Any] = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(reproducible.epoch(), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "lifecycles": [{"phase": "build"}],
            "component": {
                "type": kind,
                "bom-ref": subject,
                "name": name,
                "version": ours["version"],
                "licenses": _licences(ours["license"]),
                "purl": f"{address}@{ours['version']}",
            },
        },
        "components": sorted(components, key=lambda component: component["bom-ref"]),
        "dependencies": [{"ref": it, "dependsOn": sorted(uses)} for it, uses in sorted(edges.items())],
    }
    identity = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(content, sort_keys=True))
    content["serialNumber"] = f"urn:uuid:{identity}"
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ARTEFACTS:
        sys.exit(f"usage: sbom.py {'|'.join(ARTEFACTS)} FILE")
    Path(sys.argv[2]).write_text(document(sys.argv[1]), encoding="utf-8")
