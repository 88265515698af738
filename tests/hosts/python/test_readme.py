"""What the README shows runs, and what it lists is all there is."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import brightpearl
from brightpearl.cli.emulator import environment
from brightpearl.testing import Emulator

ROOT = Path(__file__).parents[3]
README = (ROOT / "python" / "README.md").read_text()


def blocks(language: str, document: str = README) -> list[str]:
    """The code of that language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", document, flags=re.DOTALL | re.MULTILINE)


def test_the_python_runs_from_top_to_bottom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Journals and states are kept where it runs.
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "readme"}
    examples = blocks("python")
    assert len(examples) >= 10
    for example in examples:
        start = README[: README.index(example)].count("\n")
        # The line numbers of the README, for whoever has to look for what is wrong.
        exec(compile("\n" * start + example, "README.md", "exec"), names)


def test_the_python_of_the_project_s_first_page_runs() -> None:
    (example,) = blocks("python", (ROOT / "README.md").read_text())
    exec(compile(example, "README.md", "exec"), {"__name__": "readme"})


def test_the_page_of_webhooks_runs_from_top_to_bottom() -> None:
    names: dict[str, Any] = {"__name__": "webhooks"}
    examples = blocks("python", (ROOT / "docs" / "webhooks.md").read_text())
    assert len(examples) == 4
    for example in examples:
        exec(compile(example, "webhooks.md", "exec"), names)


def test_the_page_of_telemetry_runs_from_top_to_bottom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "telemetry"}
    examples = blocks("python", (ROOT / "docs" / "telemetry.md").read_text())
    assert examples
    for example in examples:
        exec(compile(example, "telemetry.md", "exec"), names)


def test_the_page_of_assistants_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    page = (ROOT / "docs" / "assistants.md").read_text()
    (example,) = blocks("python", page)
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    with Emulator(orders=20).serve() as server:
        for name, value in environment(server).items():
            monkeypatch.setenv(name, value)
        exec(compile(example, "assistants.md", "exec"), {"__name__": "assistants"})


def test_every_tool_of_assistants_is_listed() -> None:
    from brightpearl.cli.assistant_tools import AssistantTools

    def no_client() -> Any:
        raise AssertionError

    page = (ROOT / "docs" / "assistants.md").read_text()
    tools = AssistantTools(no_client, may_write=False, masks=False, characters=20_000)
    names = set(tools.entries) - {task.name.replace("-", "_") for task in brightpearl.tasks()}
    listed = "".join(line for line in page.splitlines() if line.startswith("| `"))
    assert set(re.findall(r"`([a-z_]+)`", listed.replace("`_`", ""))) == names


@pytest.mark.filterwarnings("ignore::DeprecationWarning:dlt.*")
def test_the_page_of_dlt_runs_from_top_to_bottom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("RUNTIME__DLTHUB_TELEMETRY", "false")
    names: dict[str, Any] = {"__name__": "dlt"}
    for example in blocks("python", (ROOT / "docs" / "dlt.md").read_text()):
        exec(compile(example, "dlt.md", "exec"), names)
    assert names["rows"] > names["orders"] > 0


def test_the_page_of_operation_runs_from_top_to_bottom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (ROOT / "docs" / "operate.md").read_text()
    scripts = blocks("sh", page)
    assert len(scripts) == 5
    with Emulator(orders=20, uncapped=True).serve() as server:
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        # A failure ends the service, too.
        script = "set -m; trap 'kill %1 2>/dev/null || true' EXIT\n" + "\n".join(scripts)
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", script],
            cwd=tmp_path,
            env=os.environ | environment(server) | {"PATH": path},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr
        assert '{"level":"ok","rules":[]}' in done.stdout
        assert '"reason"' in done.stdout
        (example,) = blocks("python", page)
        for name, value in environment(server).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("HOOK_SECRET", "an-invented-secret-0123456789")
        monkeypatch.chdir(tmp_path)
        names: dict[str, Any] = {"__name__": "operate"}
        exec(compile(example, "operate.md", "exec"), names)
        assert len(names["app"].routes) == 1


def test_the_tests_in_it_pass(tmp_path: Path) -> None:
    (example,) = (example for example in blocks("python") if "brightpearl_client" in example)
    (tmp_path / "test_it.py").write_text(example)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error", "test_it.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_commands_run(tmp_path: Path) -> None:
    (script,) = (block for block in blocks("sh") if "brightpearl" in block)
    run_script(script, tmp_path)
    assert (tmp_path / "orders.jsonl").stat().st_size > 0


def test_the_commands_of_the_page_of_singer_run(tmp_path: Path) -> None:
    run_script("".join(blocks("sh", (ROOT / "docs" / "singer.md").read_text())), tmp_path)
    assert not (tmp_path / "kept" / "dead-letters.jsonl").read_bytes()


def run_script(script: str, folder: Path) -> None:
    """Runs commands, on an emulated account."""
    with Emulator(orders=400).serve() as server:
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", script],
            cwd=folder,
            env=os.environ | environment(server) | {"PATH": path},
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr


@pytest.mark.parametrize("kind", brightpearl.errors().kinds, ids=lambda kind: kind.kind)
def test_every_kind_of_error_is_listed(kind: Any) -> None:
    assert re.search(rf"^\| `{kind.exception.__name__}`[^|]*\| `{kind.kind}` \|", README, flags=re.MULTILINE)


@pytest.mark.parametrize("task", brightpearl.tasks(), ids=lambda task: task.name)
def test_every_task_is_listed(task: Any) -> None:
    method = task.name.replace("-", "_")
    assert f"| `{method}` | {task.summary} |" in README


def test_every_exit_code_is_listed() -> None:
    from brightpearl.cli.failure import EXIT_CODES

    for code, meaning in re.findall(r"^  (\d+) +(.+)$", EXIT_CODES, flags=re.MULTILINE):
        assert f"| {code} | {meaning} |" in README
