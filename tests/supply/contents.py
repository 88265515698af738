"""Opens an artefact and says what is wrong with it: contents.py [--debug] KIND PATH

It must hold the licences, the notices and the list of what is inside, all of what belongs there and nothing else, and
nothing of the machine that built it: no path of it, no owner, no time but one. KIND is c, node, component or python, or
node-portable or node-native for one of the two packages that npm installs together. PATH is an archive or a folder;
--debug lets paths be, which only builds for release keep out.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import reproducible
import sbom
from dependencies import ROOT

# What each artefact may hold, and what it must.
WHEEL = r"brightpearl-[0-9.]+\.dist-info/"
TEXTS_OF_NODE = r"(package\.json|README\.md|LICENSE|THIRD-PARTY-NOTICES\.txt|brightpearl\.cdx\.json)"
DIST_OF_NODE = r"|dist/[a-z-]+\.(d\.)?m?[jt]s|dist/component/(engine|modules)\.js"
NATIVE_OF_NODE = r"((lib)?brightpearl\.(so|dylib|dll)|brightpearl-emulator(\.exe)?)"
BELONGS = {
    "c": r"include/brightpearl(-curl)?\.h|lib/libbrightpearl(-curl)?\.(a|so(\.\d+)*|(\d+\.)*dylib)"
    r"|lib/pkgconfig/brightpearl(-static|-curl)?\.pc|lib/cmake/brightpearl/brightpearl-config(-version)?\.cmake"
    r"|share/doc/brightpearl/(LICENSE|THIRD-PARTY-NOTICES\.txt|brightpearl\.cdx\.json)",
    "node": TEXTS_OF_NODE + DIST_OF_NODE + r"|lib/[a-z0-9]+-[a-z0-9]+/" + NATIVE_OF_NODE,
    "node-portable": TEXTS_OF_NODE + DIST_OF_NODE,
    "node-native": TEXTS_OF_NODE + "|" + NATIVE_OF_NODE,
    "component": r"brightpearl(-engine|-http|-webhook|-connector\.wit)?\.wasm|LICENSE|THIRD-PARTY-NOTICES\.txt"
    r"|brightpearl\.cdx\.json",
    "python": r"brightpearl/((cli|ledger|service|testing)/)?(?!test_|conftest)[a-z_]+\.pyi?"
    r"|brightpearl/service/assets/[a-z]+\.(css|html|js)"
    r"|brightpearl/(py\.typed|_native\.(abi3\.so|pyd))"
    rf"|{WHEEL}(METADATA|WHEEL|RECORD|entry_points\.txt)|{WHEEL}licenses/(LICENSE|THIRD-PARTY-NOTICES\.txt)"
    rf"|{WHEEL}sboms/brightpearl\.cdx\.json"
    r"|brightpearl/shared_quota\.lua",
}
NEEDED = {
    "c": [
        r"include/brightpearl\.h",
        r"lib/libbrightpearl\.a",
        r"lib/libbrightpearl\.(so|dylib)",
        r"lib/libbrightpearl\.(so(\.\d+){4}|(\d+\.){4}dylib)",
        r"lib/pkgconfig/brightpearl\.pc",
        r"lib/pkgconfig/brightpearl-static\.pc",
        r"lib/cmake/brightpearl/brightpearl-config\.cmake",
        r"lib/cmake/brightpearl/brightpearl-config-version\.cmake",
    ],
    "node": [
        r"package\.json",
        r"README\.md",
        r"dist/index\.d\.ts",
        r"dist/component/modules\.js",
        r"lib/.*brightpearl\.(so|dylib|dll)",
        r"lib/.*-emulator.*",
    ],
    "node-portable": [r"package\.json", r"README\.md", r"dist/index\.d\.ts", r"dist/component/modules\.js"],
    "node-native": [r"package\.json", r".*brightpearl\.(so|dylib|dll)", r"brightpearl-emulator.*"],
    "component": [r"brightpearl\.wasm", r"brightpearl-engine\.wasm"],
    "python": [
        r"brightpearl/__init__\.py",
        r"brightpearl/_native\..*",
        r"brightpearl/py\.typed",
        r"brightpearl/shared_quota\.lua",
        rf"{WHEEL}METADATA",
    ],
}
# What a release may weigh, in bytes: a build for debugging carries what debuggers read.
MOST_BYTES = {r"lib/libbrightpearl\.a": 25_000_000}
TEXTS = [r"(.*/)?LICENSE", r"(.*/)?THIRD-PARTY-NOTICES\.txt", r"(.*/)?brightpearl\.cdx\.json"]


@dataclass
class Held:
    """A file of an artefact.

    A folder keeps no owner, no time and the mode that an umask gave it, so that nothing is said of them.
    """

    content: bytes
    mode: int | None = None
    owner: str = ""
    time: object = None


def _in_folder(path: Path) -> dict[str, Held]:
    return {it.relative_to(path).as_posix(): Held(it.read_bytes()) for it in path.rglob("*") if it.is_file()}


def _in_wheel(path: Path) -> dict[str, Held]:
    with zipfile.ZipFile(path) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        return {
            it.filename: Held(archive.read(it), it.external_attr >> 16 & 0o7777, "", it.date_time) for it in entries
        }


def _in_tar(path: Path) -> dict[str, Held]:
    held: dict[str, Held] = {}
    with tarfile.open(path) as archive:
        for entry in archive:
            name = entry.name.partition("/")[2]
            # npm writes no owner, or that of the user; numbers count as names do.
            owner = ":".join(str(it) for it in (entry.uid, entry.gid, entry.uname, entry.gname) if it)
            file = archive.extractfile(entry) if not entry.isdir() else None
            if file:
                mode = None if entry.issym() else entry.mode
                held[name] = Held(file.read(), mode, owner, entry.mtime)
    return held


def held_by(path: Path) -> dict[str, Held]:
    """The files of an artefact by name."""
    if path.is_dir():
        return _in_folder(path)
    return _in_wheel(path) if path.suffix == ".whl" else _in_tar(path)


def machine_paths() -> list[re.Pattern[bytes]]:
    """What no artefact may hold: where things are on this machine."""
    folders = {folder for folder, _ in reproducible.renamed_folders()} | {Path.home(), reproducible.sysroot()}
    if os.environ.get("TMPDIR"):
        folders.add(Path(os.environ["TMPDIR"]))
    # A name below the root may well be a part of another path, such as /src of x/src/lib.rs.
    before = {folder: rb"(?<![\w.-])" if len(folder.parts) <= 2 else b"" for folder in folders if folder != Path("/")}
    return [re.compile(before[folder] + re.escape(os.fsencode(folder)) + b"/") for folder in sorted(before)]


def _without_time(text: bytes | str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(text)
    document.pop("serialNumber", None)
    document.get("metadata", {}).pop("timestamp", None)
    return document


def _wrong_with_texts(artefact: str, held: dict[str, Held]) -> list[str]:
    found = [next((held[name].content for name in held if re.fullmatch(text, name)), b"") for text in TEXTS]
    licence, notices, listed = found
    wrong = []
    if licence != (ROOT / "LICENSE").read_bytes():
        wrong.append("LICENSE differs from the repository's")
    expected = _without_time(sbom.document(artefact))
    headings = set(re.findall(r"^={80}\n(\S+ \S+): .+\n={80}$", notices.decode(errors="replace"), re.MULTILINE))
    for component in expected["components"]:
        heading = f"{component['name']} {component['version']}"
        if component.get("purl", "pkg:npm/").startswith("pkg:npm/"):
            continue  # Ours, or installed beside the package with a licence of its own.
        if heading not in headings:
            wrong.append(f"THIRD-PARTY-NOTICES.txt does not mention {heading}, which is linked in")
    if not listed or _without_time(listed) != expected:
        wrong.append("brightpearl.cdx.json differs from what the lock files say is inside")
    return wrong


def wrong_with(kind: str, held: dict[str, Held], *, debug: bool = False) -> list[str]:
    """What an artefact lacks, and what it should not have."""
    wrong = [f"{name} does not belong there" for name in held if not re.fullmatch(BELONGS[kind], name)]
    for needed in [*NEEDED[kind], *TEXTS]:
        if not any(re.fullmatch(needed, name) for name in held):
            wrong.append(f"it has no file {needed}")
    wrong += _wrong_with_texts(kind.partition("-")[0], held)
    if not debug:
        for name, file in held.items():
            found = [path.search(file.content) for path in machine_paths()]
            wrong += [f"{name} has the path {os.fsdecode(it[0])} of this machine" for it in found if it]
            most = next((most for names, most in MOST_BYTES.items() if re.fullmatch(names, name)), None)
            if most is not None and len(file.content) > most:
                wrong.append(f"{name} has {len(file.content)} bytes; expected {most} at most")
    for name, file in held.items():
        if file.mode not in (None, 0o644, 0o755):
            wrong.append(f"{name} has mode {file.mode:o}; expected 644 or 755")
        if file.owner:
            wrong.append(f"{name} has the owner {file.owner}; expected none")
        if re.search(
            r"\.map$|^//[#@] sourceMappingURL=",
            name + "\n" + file.content.decode(errors="replace")[-200:],
            re.MULTILINE,
        ):
            wrong.append(f"{name} is a source map or names one")
    if len({file.time for file in held.values()}) > 1:
        wrong.append("its files have different times")
    return wrong


def main(arguments: list[str]) -> int:
    debug = arguments[:1] == ["--debug"]
    if len(arguments) - debug != 2 or arguments[debug] not in BELONGS:
        print(f"usage: contents.py [--debug] {'|'.join(BELONGS)} PATH", file=sys.stderr)
        return 2
    kind, path = arguments[debug], Path(arguments[debug + 1])
    held = held_by(path)
    wrong = wrong_with(kind, held, debug=debug)
    for it in wrong:
        print(f"{path}: {it}", file=sys.stderr)
    print(f"{path.name}: {len(held)} files, " + (f"{len(wrong)} faults" if wrong else "all of them belong there"))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
