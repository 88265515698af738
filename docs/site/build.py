"""Builds the documentation site: python docs/site/build.py FOLDER, with the package and the test tools installed.

Pages stand beside this file and in `docs`; what the engine and the command know of themselves is written from them.
Every example of the tutorial and the how-to guides is run, and what it printed and drew stands below it.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from python_pages import write_python_pages

import brightpearl
from brightpearl.cli.app import app
from brightpearl.cli.defaults import is_group

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
BLOCK = re.compile(r"^```python\n(.*?)^```\n", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"(?<!!)\[([^\]\[]+)\]\(([^)\s]+)\)")
# Pages that are in the repository, by where they stand in the site.
PLACES = {
    "python/README.md": "reference/client.md",
    "README.md": "index.md",
    **{f"docs/site/{path.relative_to(HERE)}": str(path.relative_to(HERE)) for path in HERE.rglob("*.md")},
}
LEFT_OUT = ("brightpearl-api.md",)


def build(target: Path) -> None:
    """Builds the site below a folder."""
    pages = target / "pages"
    shutil.rmtree(target, ignore_errors=True)
    places = PLACES | {
        f"docs/{path.name}": f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md") if path.name not in LEFT_OUT
    }
    for source, place in places.items():
        if source == "README.md":
            continue
        text = (ROOT / source).read_text(encoding="utf-8")
        page = pages / place
        page.parent.mkdir(parents=True, exist_ok=True)
        if source.startswith("docs/site/"):
            text = shown(text, page)
        page.write_text(linked(text, source, place, places), encoding="utf-8")
    (pages / "reference" / "command.md").write_text(command_page(), encoding="utf-8")
    configuration = (HERE / "mkdocs.yml").read_text(encoding="utf-8")
    for mark, listed in (("PYTHON", write_python_pages(pages)), ("CATALOGUE", catalogue_pages(pages / "reference"))):
        entries = "".join(f"\n          - {title}: {place}" for title, place in listed)
        configuration = configuration.replace(f" {mark}", entries)
    configuration = configuration.replace("HERE", str(HERE)).replace("SOURCES", str(ROOT / "python"))
    (target / "mkdocs.yml").write_text(configuration, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--config-file", str(target / "mkdocs.yml")],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "true"},
    )
    told = [line for line in (done.stdout + done.stderr).splitlines() if re.search(r"WARNING|ERROR|Aborted", line)]
    if done.returncode or told:
        sys.exit("\n".join(told) or done.stderr)


def linked(text: str, source: str, place: str, places: dict[str, str]) -> str:
    """A page whose links lead to pages of the site; what is in the repository alone is named without a link."""

    def change(found: re.Match[str]) -> str:
        name, link = found.groups()
        if re.match(r"[a-z]+:|#", link):
            return found[0]
        path, mark, anchor = link.partition("#")
        wanted = os.path.normpath(os.path.join(os.path.dirname(source), path))
        there = places.get(wanted)
        if there is None and wanted.startswith("docs/site/"):
            # Written by this program.
            there = wanted.removeprefix("docs/site/")
            if not there.startswith("reference/"):
                return name
        if there is None:
            return name
        return f"[{name}]({os.path.relpath(there, os.path.dirname(place) or '.')}{mark}{anchor})"

    parts = re.split(r"(^```.*?^```$)", text, flags=re.DOTALL | re.MULTILINE)
    return "".join(part if part.startswith("```") else LINK.sub(change, part) for part in parts)


def shown(text: str, page: Path) -> str:
    """A page with what its examples printed and drew. They are run one after the other, in a folder of their own."""
    names: dict[str, Any] = {"__name__": "example"}
    drawn = 0

    def run(found: re.Match[str]) -> str:
        nonlocal drawn
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(found[1], str(page), "exec"), names)
        said = f"\n```text\n{printed.getvalue().rstrip()}\n```\n" if printed.getvalue().strip() else ""
        for figure in figures():
            drawn += 1
            name = f"{page.stem}-{drawn}.svg"
            figure.savefig(page.parent / name, metadata={"Date": None})
            title = figure.axes[0].get_title()
            said += f"\n![{title}]({name})\n"
        return found[0] + said

    if not BLOCK.search(text):
        return text
    with tempfile.TemporaryDirectory() as folder, inside(folder):
        return BLOCK.sub(run, text)


@contextlib.contextmanager
def inside(folder: str) -> Iterator[None]:
    """Runs what is within in another folder."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def figures() -> Iterator[Any]:
    """What an example drew, each once."""
    if "matplotlib.pyplot" not in sys.modules:
        return
    from matplotlib import pyplot, rcParams

    # Equal drawings are equal files, whose texts can be read and found.
    rcParams.update({"svg.hashsalt": "brightpearl", "svg.fonttype": "none"})
    for number in pyplot.get_fignums():
        yield pyplot.figure(number)
    pyplot.close("all")


def command_page() -> str:
    """Every command with its options, as it describes itself."""
    from typer.main import get_command

    program = get_command(app)
    context = program.context_class(program, info_name="brightpearl")
    lines = ["# The command", "", "What `brightpearl --help` and `brightpearl man` say, command by command.", ""]
    return "\n".join([*lines, *commands(context, "brightpearl")]) + "\n"


def commands(context: Any, before: str) -> Iterator[str]:
    """The commands of a group, and of groups within it."""
    group = context.command
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        own = command.context_class(command, info_name=name)
        if is_group(command):
            yield from commands(own, f"{before} {name}")
            continue
        arguments = [
            parameter.metavar or parameter.name.upper()
            for parameter in command.params
            if parameter.param_type_name == "argument"
        ]
        yield from (f"## {before} {name}", "", f"`{' '.join([before, name, *arguments])}`", "")
        yield from (prose(command.help), "")
        options = [parameter for parameter in command.params if parameter.param_type_name != "argument"]
        rows = [told for told in (option.get_help_record(own) for option in options) if told is not None]
        yield from ("| option | what it does |", "|---|---|")
        yield from (f"| `{cell(option)}` | {cell(prose(about))} |" for option, about in rows)
        yield ""


def catalogue_pages(folder: Path) -> list[tuple[str, str]]:
    """A page for each section of the API: its title, and where it stands."""
    sections: dict[str, list[str]] = {}
    for listed in brightpearl.catalog():
        sections.setdefault(listed.section, []).append(listed.name)
    pages = []
    for section, names in sections.items():
        name = re.sub(r"[^a-z]+", "-", section.lower()).strip("-")
        lines = [f"# {section}", ""]
        for resource in names:
            lines += [*resource_lines(brightpearl.describe(resource)), ""]
        (folder / f"{name}.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
        pages.append((section, f"reference/{name}.md"))
    return pages


def resource_lines(resource: Any) -> Iterator[str]:
    """What is known of a resource."""
    yield from (f"## {resource.name}", "", resource.title + (f". {prose(resource.note)}" if resource.note else "."), "")
    if resource.operations:
        yield from ("| verb | path | fields |", "|---|---|---|")
    for operation in resource.operations:
        fields = ", ".join(f"`{field.pointer}`" for field in operation.fields)
        yield f"| {operation.method} | `{cell(operation.path)}` | {cell(fields)} |"
    for search in resource.searches:
        yield from ("", f"Search `{search.path}`:", "")
        yield from ("| column | type | filters | sorts | in rows |", "|---|---|---|---|---|")
        for column in search.columns:
            marks = " | ".join("yes" if one else "" for one in (column.filterable, column.sortable, column.in_rows))
            yield f"| `{column.name}` | {column.type} | {marks} |"


def prose(text: str | None) -> str:
    """Text of a program as Markdown, whose signs are escaped, so that `<FILE>` is not read as a tag."""
    plain = re.sub(r"\n[ \t]+", "\n", (text or "").replace("\b", "")).strip()
    return re.sub(r"([<*_\[\]{}])", r"\\\1", plain)


def cell(text: str) -> str:
    """Text in a cell of a table."""
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    build(Path(sys.argv[1]).resolve())
