"""Every package is pinned, so that tomorrow's checkout is today's."""

import re

import pytest

from tests import pins


@pytest.mark.parametrize("project", pins.PROJECTS, ids=lambda p: p.name)
def test_every_package_is_pinned_to_what_is_installed(project):
    assert pins.pinned(project) == pins.resolved(project), "run: uv run python -m tests.pins"


@pytest.mark.parametrize("project", pins.PROJECTS, ids=lambda p: p.name)
def test_what_we_ask_for_ourselves_is_pinned_exactly(project):
    asked = re.search(
        r"^dependencies = \[.*?\]$", (project / "pyproject.toml").read_text(), re.S | re.M
    )
    assert asked and all("==" in line for line in re.findall(r'"([^"]+)"', asked[0]))
