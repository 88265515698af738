"""The files of docs/deploy are such as their programs take: container, compose, systemd, Kubernetes, and their page."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from brightpearl.cli.emulator import environment
from brightpearl.service.configuration import examine
from brightpearl.testing import Emulator

if sys.version_info >= (3, 11):
    import tomllib as toml
else:
    import tomli as toml

REPOSITORY = Path(__file__).parents[3]
DEPLOY = REPOSITORY / "docs" / "deploy"
PAGE = (REPOSITORY / "docs" / "deploy.md").read_text()
TOOLS = Path(sys.executable).parent
UNITS = ("brightpearl.service", "brightpearl-pull.service", "brightpearl-pull.timer")


def require_good(*command: str | Path) -> str:
    done = subprocess.run([*map(str, command)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def documents(name: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((DEPLOY / name).read_text()))


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> None:
    with Emulator(orders=1).serve() as server:
        for name, value in environment(server).items():
            monkeypatch.setenv(name, value)
    for name in ("HOOK_SECRET", "DASHBOARD_TOKEN"):
        monkeypatch.setenv(name, "an-invented-secret-0123456789")


def test_the_container_file_is_clean() -> None:
    require_good(TOOLS / "hadolint", "--failure-threshold", "style", DEPLOY / "Containerfile")


def test_the_compose_file_is_of_its_schema() -> None:
    require_good(TOOLS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", DEPLOY / "compose.yml")
    [compose] = documents("compose.yml")
    for service in compose["services"].values():
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            assert not source.startswith("./") or (DEPLOY / source).is_file(), source
    require_good("promtool", "check", "config", DEPLOY / "prometheus.yml")


def test_the_kubernetes_manifests_are_of_their_schema() -> None:
    require_good(TOOLS / "kubernetes-validate", "--strict", DEPLOY / "kubernetes.yml")
    by_kind = {document["kind"]: document for document in documents("kubernetes.yml")}
    [container] = by_kind["StatefulSet"]["spec"]["template"]["spec"]["containers"]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert {"startupProbe", "livenessProbe", "readinessProbe"} <= set(container)
    assert set(container["resources"]["limits"]) == {"cpu", "memory"}
    own = (DEPLOY / "brightpearl.toml").read_text().partition("\n")[2]
    assert by_kind["ConfigMap"]["data"]["brightpearl.toml"] == own


def test_the_units_are_verified_and_sandboxed(tmp_path: Path) -> None:
    for name in UNITS:
        text = (DEPLOY / name).read_text()
        # What they start is not installed here.
        (tmp_path / name).write_text(text.replace("/opt/brightpearl/bin/brightpearl", "/usr/bin/true"))
    assert require_good("systemd-analyze", "verify", *(tmp_path / name for name in UNITS)) == ""
    for name in UNITS[:2]:
        # Ten is nothing at all.
        require_good("systemd-analyze", "security", "--offline=true", "--threshold=20", tmp_path / name)


def test_the_configuration_can_be_used(account: None, tmp_path: Path) -> None:
    text = (DEPLOY / "brightpearl.toml").read_text().replace("/var/lib/brightpearl", str(tmp_path))
    (tmp_path / "brightpearl.toml").write_text(text)
    configuration, problems = examine(tmp_path / "brightpearl.toml")
    assert (problems, configuration is not None) == ([], True)


def test_the_page_names_every_file_and_its_configurations_can_be_read() -> None:
    for path in DEPLOY.iterdir():
        if path.name not in ("requirements.in", "Containerfile.dockerignore"):
            assert path.name in PAGE, path.name
    for link in re.findall(r"\]\((deploy/[^)]+)\)", PAGE):
        assert (REPOSITORY / "docs" / link).is_file(), link
    blocks = re.findall(r"^```toml\n(.*?)^```$", PAGE, flags=re.DOTALL | re.MULTILINE)
    assert blocks
    for block in blocks:
        toml.loads(block)
    for block in re.findall(r"^```yaml\n(.*?)^```$", PAGE, flags=re.DOTALL | re.MULTILINE):
        assert list(yaml.safe_load_all(block))
    for block in re.findall(r"^```sh\n(.*?)^```$", PAGE, flags=re.DOTALL | re.MULTILINE):
        done = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
