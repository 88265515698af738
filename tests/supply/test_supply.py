"""The checks notice what they are there for, and the lists of contents are what CycloneDX and the lock files say."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

import archive
import contents
import notices
import reproducible
import sbom
import sources
from contents import Held
from dependencies import ARTEFACTS, ROOT, STANDARD_LIBRARY, checksums, of_artefact

EPOCH = "1700000000"


@pytest.fixture(autouse=True)
def _same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)


@pytest.mark.parametrize("artefact", ARTEFACTS)
def test_a_list_follows_the_schema_and_the_lock_file(artefact: str) -> None:
    text = sbom.document(artefact)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert sbom.document(artefact) == text
    assert not any(path.search(text.encode()) for path in contents.machine_paths())

    document = json.loads(text)
    assert document["metadata"]["timestamp"] == "2023-11-14T22:13:20Z"
    components = document["components"]
    rust = {it["name"]: it for it in components if not it["bom-ref"].startswith("npm:")}
    linked = {package["name"]: package for package in of_artefact(artefact)}
    assert set(rust) == {*linked, STANDARD_LIBRARY}
    sums = checksums()
    for name, package in linked.items():
        assert rust[name]["version"] == package["version"]
        if package["source"] is not None:
            assert rust[name]["hashes"] == [{"alg": "SHA-256", "content": sums[name, package["version"]]}]
            assert rust[name]["purl"].startswith(f"pkg:cargo/{name}@")
    # Test tools and macros are not linked in.
    assert not {"proptest", "criterion", "cbindgen", "serde_derive", "thiserror-impl"} & set(rust)

    references = {it["bom-ref"] for it in components} | {document["metadata"]["component"]["bom-ref"]}
    told = {it["ref"]: it["dependsOn"] for it in document["dependencies"]}
    assert set(told) == references
    reached, next_ones = set(), {document["metadata"]["component"]["bom-ref"]}
    while next_ones:
        reached |= next_ones
        next_ones = {it for reference in next_ones for it in told[reference]} - reached
    assert reached == references


def test_the_list_of_the_npm_package_has_what_npm_installs_beside_it() -> None:
    components = {it["name"]: it for it in json.loads(sbom.document("node"))["components"]}
    lock = json.loads((ROOT / "ffi/node/package-lock.json").read_text(encoding="utf-8"))["packages"]
    koffi = components["koffi"]
    assert koffi["purl"] == f"pkg:npm/koffi@{lock['node_modules/koffi']['version']}"
    assert koffi["scope"] == "required"
    assert re.fullmatch(r"[0-9a-f]{128}", koffi["hashes"][0]["content"])
    assert components["@koromix/koffi-linux-x64"]["purl"].startswith("pkg:npm/%40koromix/koffi-linux-x64@")
    assert components["@koromix/koffi-linux-x64"]["scope"] == "optional"
    assert "typescript" not in components


@pytest.mark.parametrize("artefact", ARTEFACTS)
def test_a_text_of_a_licence_stands_once(artefact: str) -> None:
    text = notices.notices(artefact).partition(f"\n{STANDARD_LIBRARY} ")[0]
    parts = re.split(r"^--- \S+(?: word by word .+)?\n", text, flags=re.M)[1:]
    texts = [" ".join(part.partition("\n" + "=" * 80)[0].split()) for part in parts]
    texts = [one for one in texts if one]
    assert len(texts) > 20
    assert len(set(texts)) == len(texts)
    named = re.findall(r"^--- [^:\n]+: word by word (\S+) of (\S+ \S+), above$", text, re.M)
    assert named
    for file, title in named:
        assert f"\n--- {file}\n" in text.partition(f"\n{title}: ")[2].partition("\n====")[2].partition("\n====")[0]


def test_an_archive_depends_on_names_and_contents_only(tmp_path: Path) -> None:
    made = []
    for place, mode, names in (("a", 0o600, "xyz"), ("b/c", 0o664, "zyx")):
        folder = tmp_path / place / "whole"
        (folder / "inner").mkdir(parents=True, mode=0o700)
        for name in names:
            (folder / "inner" / name).write_text(f"what {name} says")
            (folder / "inner" / name).chmod(mode)
        (folder / "run").write_text("#!/bin/sh\n")
        (folder / "run").chmod(mode | 0o100)
        os.utime(folder / "run", (mode, mode))
        (folder / "link").symlink_to("run")
        made.append(archive.packed(folder))
    assert made[0] == made[1]


def component() -> dict[str, Held]:
    """What the folder of the component holds, in small."""
    files = dict.fromkeys(("brightpearl.wasm", "brightpearl-engine.wasm"), b"\x00asm")
    files |= {"LICENSE": (ROOT / "LICENSE").read_bytes()}
    listed = sbom.document("component")
    headings = [f"{it['name']} {it['version']}" for it in json.loads(listed)["components"]]
    line = "=" * 80
    files["THIRD-PARTY-NOTICES.txt"] = "".join(f"\n{line}\n{it}: MIT\n{line}\n" for it in headings).encode()
    files["brightpearl.cdx.json"] = listed.encode()
    return {name: Held(content, 0o644, "", 1) for name, content in files.items()}


def test_contents_that_belong_there_are_accepted() -> None:
    assert contents.wrong_with("component", component()) == []


@pytest.mark.parametrize(
    ("name", "held", "said"),
    [
        ("test_x.py", Held(b"", 0o644, "", 1), "test_x.py does not belong there"),
        ("LICENSE", None, "it has no file .*LICENSE"),
        ("LICENSE", Held(b"MIT", 0o644, "", 1), "LICENSE differs"),
        ("THIRD-PARTY-NOTICES.txt", Held(b"", 0o644, "", 1), "does not mention serde_json .*, which is linked in"),
        ("THIRD-PARTY-NOTICES.txt", Held(b"", 0o644, "", 1), f"does not mention {STANDARD_LIBRARY}"),
        ("brightpearl.cdx.json", Held(b"{}", 0o644, "", 1), "differs from what the lock files say"),
        ("brightpearl.wasm", Held(os.fsencode(ROOT) + b"/core", 0o644, "", 1), "has the path .* of this machine"),
        (
            "brightpearl.wasm",
            Held(os.fsencode(Path.home()) + b"/.cargo/x", 0o644, "", 1),
            "has the path .* of this machine",
        ),
        ("brightpearl.wasm", Held(b"", 0o600, "", 1), "has mode 600"),
        ("brightpearl.wasm", Held(b"", 0o644, "1000", 1), "has the owner 1000"),
        ("brightpearl.wasm", Held(b"", 0o644, "", 2), "different times"),
        ("brightpearl.wasm", Held(b"//# sourceMappingURL=x.map", 0o644, "", 1), "source map"),
    ],
)
def test_contents_that_do_not_are_told(name: str, held: Held | None, said: str) -> None:
    files = component()
    if held is None:
        del files[name]
    else:
        files[name] = held
    assert any(re.search(said, it) for it in contents.wrong_with("component", files))


def test_a_static_library_of_a_release_that_is_too_heavy_is_told() -> None:
    library = "lib/libbrightpearl.a"
    heavy = {library: Held(bytes(contents.MOST_BYTES[r"lib/libbrightpearl\.a"] + 1), 0o644, "", 1)}
    told = f"{library} has 25000001 bytes; expected 25000000 at most"
    assert told in contents.wrong_with("c", heavy)
    assert told not in contents.wrong_with("c", heavy, debug=True)


@pytest.mark.parametrize("line", ["cargo build -p x && cargo test --locked", "pip install x", "npm install", "npx tsc"])
def test_commands_that_leave_versions_open_are_told(line: str) -> None:
    assert sources.unlocked("x.sh", line)


@pytest.mark.parametrize(
    "line",
    [
        "cargo build \\\n  --locked",
        "pip install --require-hashes -r x",
        "pip install --no-deps --no-index x.whl",
        "npm ci",
    ],
)
def test_commands_that_do_not_are_accepted(line: str) -> None:
    assert sources.unlocked("x.sh", line) == []


def test_versions_that_are_left_open_are_told() -> None:
    assert sources.inexact("package.json", '{"dependencies": {"koffi": "^3.3.4"}}')
    assert sources.inexact("package.json", '{"devDependencies": {"koffi": "3.3.4"}}') == []
    assert sources.other_builder('requires = ["maturin==1.0"]', "maturin==1.1 \\\n")
    assert sources.unhashed("package-lock.json", '{"packages": {"": {}, "node_modules/koffi": {"version": "3.3.4"}}}')
    hashed = '{"packages": {"": {}, "node_modules/koffi": {"integrity": "sha512-AAAA"}}}'
    assert sources.unhashed("package-lock.json", hashed) == []


def test_unsafe_is_told() -> None:
    for code in ("unsafe { f() }", "pub unsafe fn f()", "unsafe impl Send for X", "#[unsafe(no_mangle)]"):
        assert sources.unsafe("core/src/lib.rs", code)
        assert sources.unsafe("ffi/src/lib.rs", code) == []
    assert sources.unsafe("core/src/lib.rs", "// unsafe { f() }") == []
    assert sources.allowing({"x": "mod a;"})
    assert sources.allowing({"x": "#![forbid(unsafe_code)]"}) == []


@pytest.mark.parametrize("given", ["soon", "-1", "12", "1.5"])
def test_a_time_that_is_not_one_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", given)
    with pytest.raises(SystemExit, match="expected seconds since 1970"):
        reproducible.epoch()


def failing_program(folder: Path, name: str) -> str:
    """A PATH on which a program of that name comes first, which refuses whatever it is asked for."""
    folder.mkdir()
    (folder / name).write_text('#!/bin/sh\necho "fatal: detected dubious ownership" >&2\nexit 128\n')
    (folder / name).chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


@pytest.mark.parametrize("place", ["a checkout", "an archive", "a refused checkout", "an empty checkout"])
def test_the_time_is_that_of_the_last_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    for name, value in {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_COMMITTER_DATE": f"{EPOCH} +0200",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    root = tmp_path / "root"
    root.mkdir()
    monkeypatch.setattr(reproducible, "ROOT", root)
    git = ["git", "-C", str(root), "-c", "user.name=Test", "-c", "user.email=test@example.com"]
    if place != "an archive":
        subprocess.run([*git, "init", "--quiet"], check=True)
    if place in ("a checkout", "a refused checkout"):
        subprocess.run([*git, "commit", "--quiet", "--allow-empty", "--message", "Begin"], check=True)
    if place == "a refused checkout":
        monkeypatch.setenv("PATH", failing_program(tmp_path / "programs", "git"))
    assert reproducible.epoch() == (int(EPOCH) if place == "a checkout" else reproducible.EARLIEST)


@pytest.mark.parametrize("place", ["an archive", "a refused checkout"])
def test_where_git_lists_no_sources_nothing_is_compared(tmp_path: Path, place: str) -> None:
    root = tmp_path / "root"
    shutil.copytree(ROOT / "tests/supply", root / "tests/supply", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "Cargo.toml").touch()
    built = root / "target/component-build/rustup/wasm32-unknown-unknown/tested-component"
    built.mkdir(parents=True)
    (built / "brightpearl_wasm.wasm").touch()
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(tmp_path)}
    environment.pop("CARGO_TARGET_DIR", None)
    if place == "a refused checkout":
        environment["PATH"] = failing_program(tmp_path / "programs", "git")
    script = root / "tests/supply/reproduce.sh"
    short = subprocess.run([script, "--short"], env=environment, capture_output=True, text=True)
    assert (short.returncode, short.stdout.split(":")[0]) == (0, "not compared"), short.stderr
    assert "the same" not in short.stdout
    full = subprocess.run([script], env=environment, capture_output=True, text=True)
    assert full.returncode == 1
    assert "git does not list the sources" in full.stderr


def test_flags_of_the_caller_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CARGO_ENCODED_RUSTFLAGS", raising=False)
    monkeypatch.setenv("RUSTFLAGS", "-Ctarget-cpu=native -Cdebuginfo=0")
    flags = reproducible.flags()
    assert flags.startswith("-Ctarget-cpu=native\x1f-Cdebuginfo=0\x1f--remap-path-prefix=")
    monkeypatch.setenv("CARGO_ENCODED_RUSTFLAGS", flags)
    assert reproducible.flags() == flags


@pytest.mark.parametrize(
    ("fails", "status", "said"),
    [
        ("nothing", 0, "no known weaknesses"),
        ("fetch", 0, "NOT CHECKED: known weaknesses"),
        ("advisories", 1, ""),
        ("licenses", 1, ""),
    ],
)
def test_known_weaknesses_that_were_not_looked_for_are_not_called_none(
    tmp_path: Path, fails: str, status: int, said: str
) -> None:
    # Cargo, too: the real one prefers a cargo-deny in its own home to one on PATH, where that home is not on PATH.
    answers = (
        f'#!/bin/sh\ncase " $* " in *" {fails} "*) echo "failed to fetch" >&2; exit 1 ;; '
        '" deny "*) ;; *) exit 9 ;; esac\n'
    )
    for name in ("cargo", "cargo-deny"):
        (tmp_path / name).write_text(answers)
        (tmp_path / name).chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    script = ROOT / "tests/supply/deny.sh"
    ended = subprocess.run([script], env=environment, capture_output=True, text=True)
    assert ended.returncode == status, ended.stderr
    assert ("no known weaknesses" in ended.stdout) == (fails == "nothing")
    assert said in ended.stdout + ended.stderr


def test_the_crate_has_its_licence() -> None:
    listing = ["cargo", "package", "--list", "--locked", "--allow-dirty", "-p", "brightpearl-core"]
    packed = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert {"LICENSE", "README.md"} <= set(packed)
    assert (ROOT / "core" / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
