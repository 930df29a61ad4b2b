"""Pins every package, the indirect ones too, in both pyproject.toml files: ``uv run python -m tests.pins``.

uv.lock stays out of git, since it names the hosts it downloaded from. What uv resolves is written as
``[tool.uv] constraint-dependencies``; run this after changing a dependency, and commit what it wrote.
"""

import re
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
PROJECTS = (HERE, HERE / "bot")
_BLOCK = re.compile(r"constraint-dependencies = \[\n.*?^\]\n", re.S | re.M)
_PIN = re.compile(r"([A-Za-z0-9._-]+)==([A-Za-z0-9.+!]+)")


def resolved(project: Path) -> dict[str, str]:
    """Package -> version, as uv has resolved this project with all its groups."""
    command = [
        "uv",
        "export",
        "--project",
        str(project),
        "--all-groups",
        "--no-hashes",
        "--no-emit-project",
        "--quiet",
    ]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return {found[1].lower(): found[2] for line in lines if (found := _PIN.match(line))}


def pinned(project: Path) -> dict[str, str]:
    """Package -> version, as the project's constraint-dependencies say."""
    found = _BLOCK.search((project / "pyproject.toml").read_text("utf-8"))
    return dict(_PIN.findall(found[0])) if found else {}


def write(project: Path) -> None:
    """Write what is resolved into the project's pyproject.toml."""
    file = project / "pyproject.toml"
    lines = "".join(
        f'  "{name}=={version}",\n' for name, version in sorted(resolved(project).items())
    )
    block = f"constraint-dependencies = [\n{lines}]\n"
    text = file.read_text("utf-8")
    text = (
        _BLOCK.sub(lambda _: block, text)
        if _BLOCK.search(text)
        else text.replace("[tool.uv]\n", "[tool.uv]\n" + block)
    )
    file.write_text(text, "utf-8")


if __name__ == "__main__":
    for folder in PROJECTS:
        write(folder)
