"""The packages of npm, the C archive, the components and their contract, the crate and the documentation, each in a
place that has nothing else of ours."""

from __future__ import annotations

import os
import re
import sys
import tarfile
from pathlib import Path

from conftest import run
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


def test_the_component(dist: Path, tmp_path: Path) -> None:
    tests = ROOT / "tests/hosts/wasmtime"
    # All but the vectors, for which the engine would be compiled once more.
    chosen = sorted(set(tests.glob("test_*.py")) - {tests / "test_vectors.py"})
    component = str(dist / "component" / "brightpearl.wasm")
    said = run(
        *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-c", tests / "pytest.ini", *chosen),
        cwd=tmp_path,
        BRIGHTPEARL_COMPONENT=component,
        PYTHONPATH=os.pathsep.join([str(tests), str(ROOT / "tests/hosts/python")]),
    )
    assert re.search(r"\d+ passed|\[100%\]", said)


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
