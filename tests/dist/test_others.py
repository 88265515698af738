"""The packages of npm, the C archive, the components and their contract, the crate and the documentation, each in a
place that has nothing else of ours."""

from __future__ import annotations

import json
import os
import re
import sys
import tarfile
from pathlib import Path

from conftest import run, tool
from dependencies import ROOT

VECTORS = ROOT / "tests" / "vectors"


def unpacked(archive: Path, folder: Path) -> Path:
    """The one folder that an archive holds."""
    with tarfile.open(archive) as packed:
        packed.extractall(folder)
    (inside,) = folder.iterdir()
    return inside


def test_the_packages_of_npm(dist: Path, tmp_path: Path) -> None:
    script = ROOT / "tests/hosts/node/packaging/everywhere.sh"
    assert "works without native files and with them" in run(script, dist / "npm", cwd=tmp_path)


def test_the_c_archive(dist: Path, tmp_path: Path) -> None:
    (archive,) = (dist / "c").glob("*.tar.gz")
    prefix = unpacked(archive, tmp_path / "c")
    build = tmp_path / "build"
    assert run(ROOT / "tests/hosts/c/package/run.sh", prefix, cwd=tmp_path) == ""
    make = ["make", "--silent", f"PREFIX={prefix}", f"BUILD={build}"]
    run(*make, *(build / name for name in ("vectors", "vectors-static")), cwd=ROOT / "tests/hosts/c")
    vectors = [*sorted(VECTORS.glob("*.json")), *sorted((VECTORS / "functions").glob("*.json"))]
    for name in ("vectors", "vectors-static"):
        assert f"{len(vectors)} passed, 0 failed" in run(build / name, *vectors, cwd=tmp_path)


def needed_of_glibc(library: Path) -> tuple[int, ...]:
    """The newest version of glibc that a library asks for."""
    symbols = run("objdump", "-T", library, cwd=library.parent)
    return max(tuple(map(int, found.split("."))) for found in re.findall(r"\(?\bGLIBC_([0-9.]+)", symbols))


def test_native_files_need_the_glibc_that_is_told(dist: Path, tmp_path: Path) -> None:
    (archive,) = (dist / "c").glob("*.tar.gz")
    (pack,) = (dist / "npm").glob("brightpearl-linux-*.tgz")
    library, native = unpacked(archive, tmp_path / "c") / "lib", unpacked(pack, tmp_path / "npm")
    for page, files in {
        "ffi/README.md": [library / "libbrightpearl.so", library / "libbrightpearl-curl.so"],
        "ffi/node/README.md": [native / "libbrightpearl.so", native / "brightpearl-emulator"],
    }.items():
        told = re.findall(r"need\s+glibc\s+([0-9.]+)\s+or\s+later", (ROOT / page).read_text(encoding="utf-8"))
        assert [tuple(map(int, version.split("."))) for version in told] == [max(map(needed_of_glibc, files))], page


def test_cargo_c_installs_the_same_library(dist: Path, tmp_path: Path) -> None:
    (archive,) = (dist / "c").glob("*.tar.gz")
    ours, theirs = unpacked(archive, tmp_path / "c"), tmp_path / "theirs"
    path = os.pathsep.join([str(tool("cargo-c", "0.10.24+cargo-0.98.0")), os.environ["PATH"]])
    # As README.md says, but for the optimisation, which would take minutes.
    install = ["cargo", "cinstall", "--locked", "--debug", "-p", "brightpearl-ffi"]
    places = [f"--prefix={theirs}", "--libdir=lib"]
    run(*install, *places, cwd=ROOT, PATH=path, CARGO_TARGET_DIR=str(tmp_path / "target"), CARGO_PROFILE_DEV_DEBUG="0")
    names = {file.relative_to(theirs).as_posix() for file in theirs.rglob("*") if not file.is_dir()}
    real = "lib/libbrightpearl.so.1.0.1"
    assert real.removeprefix("lib/") in (ROOT / "ffi/README.md").read_text(encoding="utf-8")
    assert names == {
        "include/brightpearl.h",
        "lib/libbrightpearl.a",
        "lib/libbrightpearl.so",
        "lib/libbrightpearl.so.1",
        real,
        "lib/pkgconfig/brightpearl.pc",
    }
    assert (theirs / "include/brightpearl.h").read_bytes() == (ours / "include/brightpearl.h").read_bytes()
    assert (theirs / "lib/libbrightpearl.so.1").resolve() == theirs / real

    program, source = tmp_path / "program", ROOT / "tests/hosts/c/package/use.c"
    said, described = set(), set()
    for prefix in (ours, theirs):
        variables = {"PKG_CONFIG_PATH": str(prefix / "lib/pkgconfig")}
        flags = run("pkg-config", "--cflags", "--libs", "brightpearl", cwd=tmp_path, **variables).split()
        run("cc", source, "-o", program, *flags, cwd=tmp_path)
        for place in (ours, theirs):
            # One SONAME: a program that was linked with one runs with the other.
            said.add(run(program, cwd=tmp_path, LD_LIBRARY_PATH=str(place / "lib")))
        lines = (prefix / "lib/pkgconfig/brightpearl.pc").read_text(encoding="utf-8").splitlines()
        described.add(tuple(sorted(line for line in lines if line.startswith(("Name:", "Description:", "Version:")))))
    assert len(said) == 1
    assert "order-service/order-search" in said.pop()
    assert len(described) == 1


def test_the_component(dist: Path, tmp_path: Path) -> None:
    tests = ROOT / "tests/hosts/wasmtime"
    component = str(dist / "component" / "brightpearl.wasm")
    events = tmp_path / "events.json"
    # `make test` has played the vectors through another build. The Rust host knows which events they leave.
    run(ROOT / "tests/cargo.sh", "build", "--quiet", "--bin", "bless-vectors", cwd=ROOT)
    run(ROOT / "target/host/bless-vectors", "--events", events, cwd=ROOT)
    said = run(
        *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-c", tests / "pytest.ini", tests),
        cwd=tmp_path,
        BRIGHTPEARL_COMPONENT=component,
        BRIGHTPEARL_EVENTS=str(events),
        PYTHONPATH=os.pathsep.join([str(tests), str(ROOT / "tests/hosts/python")]),
    )
    assert re.search(r"\d+ passed|\[100%\]", said)


def test_no_component_outgrows_its_budget(dist: Path) -> None:
    budget = json.loads((ROOT / "tests/hosts/wasmtime/size-budget.json").read_text())
    sizes = {path.name: path.stat().st_size for path in (dist / "component").glob("*.wasm")}
    assert sizes.keys() == budget.keys()
    assert {name: size for name, size in sizes.items() if size > budget[name]} == {}
    # As docs/platform-builders.md says.
    assert sizes["brightpearl-engine.wasm"] * 2 < sizes["brightpearl.wasm"]


def test_the_contract_of_the_component(dist: Path, tmp_path: Path) -> None:
    (archive,) = (dist / "component").glob("brightpearl-wit-*.tar.gz")
    folder = unpacked(archive, tmp_path / "wit")
    sources = {path.name: path.read_bytes() for path in [*(ROOT / "wit").iterdir(), ROOT / "LICENSE"]}
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == sources
    # Packed again from there, it is the package that is published.
    again = tmp_path / "again.wasm"
    pack = ["cargo", "run", "--quiet", "--locked", "--package", "brightpearl-component", "--", "package", folder, again]
    run(*pack, cwd=ROOT)
    assert again.read_bytes() == (dist / "component/brightpearl-connector.wit.wasm").read_bytes()


def test_the_documentation(dist: Path, tmp_path: Path) -> None:
    (archive,) = (dist / "docs").glob("brightpearl-docs-*.tar.gz")
    site = unpacked(archive, tmp_path / "docs")
    tests = ROOT / "tests/hosts/python"
    said = run(
        *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-c", tests / "pytest.ini", tests / "test_docs.py"),
        cwd=tmp_path,
        BRIGHTPEARL_SITE=str(site),
    )
    assert re.search(r"\d+ passed|\[100%\]", said)


def test_the_crate(dist: Path, tmp_path: Path) -> None:
    (crate,) = (dist / "crates").glob("brightpearl-core-*.crate")
    folder = unpacked(crate, tmp_path / "crate")
    program = tmp_path / "program"
    (program / "src").mkdir(parents=True)
    (program / "Cargo.toml").write_text(
        '[package]\nname = "program"\nversion = "0.1.0"\nedition = "2024"\n\n'
        f'[dependencies]\nbrightpearl-core = {{ path = "{folder}" }}\n\n[workspace]\n',
        encoding="utf-8",
    )
    (program / "src/main.rs").write_text(
        "fn main() {\n"
        '    let resources = brightpearl_core::discovery::catalog();\n    println!("{}", resources.len());\n'
        "}\n",
        encoding="utf-8",
    )
    # The versions that this checkout has, and no others.
    (program / "Cargo.lock").write_bytes((ROOT / "Cargo.lock").read_bytes())
    said = run("cargo", "run", "--offline", "--quiet", cwd=program, CARGO_TARGET_DIR=str(tmp_path / "target"))
    assert int(said) > 1000
