"""What a person who starts the program sees: what is being done, and how far it is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from messaging import agent

_console = Console(highlight=False, soft_wrap=True)


def say(what: str) -> None:
    """One line, marked as the main process's."""
    _console.print(f"main | {what}", markup=False)


def from_rasa(line: str) -> None:
    """One line of the agent's, marked as its own."""
    _console.print(f"rasa | {line}", markup=False)


@contextmanager
def bar() -> Iterator[Callable[[str], None]]:
    """A function that takes the trainer's lines: counts become a bar (or, not on a terminal, a line each tenth)."""
    columns = (
        TextColumn("main | {task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=_console, transient=True, disable=not _console.is_terminal
    ) as shown:
        task = shown.add_task("reading the example phrases", total=None, visible=False)
        tenths = [-1]

        def heard(line: str) -> None:
            counted = agent.progress(line)
            if counted is None:
                return say(line)
            done, of = counted
            shown.update(task, completed=done, total=of, visible=True)
            if not _console.is_terminal and done * 10 // of > tenths[0]:
                tenths[0] = done * 10 // of
                say(f"reading the example phrases: {tenths[0] * 10} %")
            return None

        yield heard
