"""Builds the wheel and the source distribution: maturin does, after the licences and the list of what is inside were
put where it takes them from. In a source distribution they are there already.

The same sources, compiler and commit make the same wheel, byte for byte, in whichever folder and under whichever umask.
"""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import maturin
from maturin import get_requires_for_build_editable, get_requires_for_build_wheel

HERE = Path(__file__).resolve().parent
SUPPLY = HERE.parent / "tests" / "supply"
IS_CHECKOUT = (SUPPLY / "reproducible.py").is_file()
if IS_CHECKOUT:
    sys.path.insert(0, str(SUPPLY))
    import archive
    import notices
    import reproducible
    import sbom

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]


def _folder_of_maturin() -> str:
    """Where the program of the installed package is. An environment that is not activated has it in no PATH."""
    files = importlib.metadata.distribution("maturin").files or []
    programs = [Path(str(file.locate())).resolve() for file in files if file.name in ("maturin", "maturin.exe")]
    return str(programs[0].parent) if programs else ""


def _prepare() -> None:
    os.umask(0o022)
    os.environ["PATH"] = os.pathsep.join([_folder_of_maturin(), os.environ.get("PATH", "")])
    if not IS_CHECKOUT:
        return
    surroundings = reproducible.environment()
    if "dev" in os.environ.get("MATURIN_PEP517_ARGS", "").split():
        # A wheel for tests keeps the compiler's own flags, and with them what was compiled for other suites.
        surroundings = {"SOURCE_DATE_EPOCH": surroundings["SOURCE_DATE_EPOCH"]}
    os.environ.update(surroundings)
    shutil.copyfile(HERE.parent / "LICENSE", HERE / "LICENSE")
    (HERE / "THIRD-PARTY-NOTICES.txt").write_text(notices.notices("python"), encoding="utf-8")
    (HERE / "brightpearl.cdx.json").write_text(sbom.document("python"), encoding="utf-8")


def build_wheel(directory: str, settings: dict[str, Any] | None = None, metadata: str | None = None) -> str:
    """Builds the wheel; its name is the answer."""
    _prepare()
    return maturin.build_wheel(directory, settings, metadata)


def build_editable(directory: str, settings: dict[str, Any] | None = None, metadata: str | None = None) -> str:
    """Builds a wheel that points to these sources."""
    _prepare()
    return maturin.build_editable(directory, settings, metadata)


def prepare_metadata_for_build_wheel(directory: str, settings: dict[str, Any] | None = None) -> str:
    """Writes the wheel's metadata, which name the licences, too."""
    _prepare()
    return maturin.prepare_metadata_for_build_wheel(directory, settings)


def prepare_metadata_for_build_editable(directory: str, settings: dict[str, Any] | None = None) -> str:
    """The same for a wheel that points to these sources."""
    _prepare()
    return maturin.prepare_metadata_for_build_editable(directory, settings)


def build_sdist(directory: str, settings: dict[str, Any] | None = None) -> str:
    """Builds the source distribution: the package, and those crates of the repository that the extension is made of."""
    _prepare()
    made: str = maturin.build_sdist(directory, settings)
    path = Path(directory, made)
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(path) as packed:
            packed.extractall(folder)
        root = Path(folder, made.removesuffix(".tar.gz"))
        # The lock file has what other crates use, too. Cargo takes that out, and adds nothing, since it asks nobody.
        trim = ["cargo", "metadata", "--offline", "--format-version=1", f"--manifest-path={root / 'Cargo.toml'}"]
        subprocess.run(trim, check=True, stdout=subprocess.DEVNULL)
        path.write_bytes(archive.packed(root))
    return made
