"""The rooms of the house, and who may import whom (architecture.md)."""

import ast
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent.parent
MAY_IMPORT = {
    "records": set(),
    "messaging": {"records"},
    "actions": {"records", "messaging"},
    "staff": {"records", "messaging"},
    "video": {"records"},
    "locales": set(),
    "bot": set(),
}
TOP_LEVEL = set(MAY_IMPORT) | {"flows", "tests", "app"}


def _imported(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: a relative import"
            found.add((node.module or "").partition(".")[0])
    return found & TOP_LEVEL


def _files(room: str) -> list[Path]:
    return [f for f in (HERE / room).rglob("*.py") if ".venv" not in f.parts]


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_a_room_imports_only_what_it_may(room):
    for file in _files(room):
        foreign = _imported(file) - MAY_IMPORT[room] - {room}
        assert not foreign, f"{file.relative_to(HERE)} imports {foreign}"


def test_nobody_imports_the_table_of_contents():
    for room in MAY_IMPORT:
        assert not any("app" in _imported(file) for file in _files(room))


def test_there_are_no_other_rooms():
    tracked = {p.name for p in HERE.iterdir() if p.is_dir() and not p.name.startswith((".", "__"))}
    assert tracked - {"instance", "docs"} <= set(MAY_IMPORT) | {"flows", "tests"}


def test_files_stay_small_enough_to_read():
    for room in set(MAY_IMPORT) - {"locales"}:
        for file in _files(room):
            if "migrations" not in file.parts:
                lines = len(file.read_text("utf-8").splitlines())
                assert lines <= 250, f"{file.relative_to(HERE)} has {lines} lines: split it by noun"
