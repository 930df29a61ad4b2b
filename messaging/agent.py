"""The Rasa process: trained when no model fits the flows, started, and watched."""

import hashlib
import hmac
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from messaging import processes
from messaging.processes import Child
from records.settings import HERE, Settings

log = logging.getLogger(__name__)

BOT, FLOWS = HERE / "bot", HERE / "flows"
_LEARNED_FROM = ("*/nlu/*.yml", "*/rules.yml", "*/stories.yml", "*/domain.yml", "domain.yml")
# Of the child's lines only those it marks as fit for a log are passed on: Rasa's own can carry patients' words.
_FIT = "@ "


class TrainingFailed(RuntimeError):
    """The agent could not be installed or trained; the message is the last that was said."""


def secret(settings: Settings) -> str:
    """What our processes and Rasa show each other."""
    return hmac.new(settings.secret_key.encode(), b"agent", hashlib.sha256).hexdigest()


def model_file(settings: Settings) -> Path:
    """The model that fits the flows and components as they are now, whether it exists yet or not."""
    digest = hashlib.sha256()
    for file in _sources():
        digest.update(file.relative_to(HERE).as_posix().encode() + file.read_bytes())
    return settings.instance / "models" / f"{digest.hexdigest()[:16]}.tar.gz"


def install(say: Callable[[str], None]) -> None:
    """Make the agent's own environment what bot/pyproject.toml says. TrainingFailed if uv cannot."""
    if not (BOT / ".venv").exists():
        say("installing the agent's packages (once; a minute or two)")
    uv = processes.variable(
        "UV", "uv"
    )  # uv tells where it really is; what is on PATH may be another tool's shim
    last: list[str] = []
    sync = Child(
        "uv sync", [uv, "sync", "--project", str(BOT)], {"UV_NO_PROGRESS": "1"}, HERE, last.append
    )
    if sync.run_once() != 0:
        raise TrainingFailed("\n".join(last[-10:]))


def train(settings: Settings, say: Callable[[str], None]) -> Path:
    """Train a model that fits, if there is none; `say` gets the progress. TrainingFailed if that does not work."""
    model = model_file(settings)
    if _is_whole(model):
        return model
    model.parent.mkdir(parents=True, exist_ok=True)
    data = [str(f) for pattern in _LEARNED_FROM[:3] for f in sorted(FLOWS.glob(pattern))]
    arguments = ["train", "--force", "--domain", str(FLOWS), "--config", str(BOT / "config.yml")]
    arguments += [
        "--out",
        str(model.parent),
        "--fixed-model-name",
        model.name.removesuffix(".tar.gz"),
        "--data",
        *data,
    ]
    last: list[str] = []

    def heard(line: str) -> None:
        last[:] = [*last[-19:], line]
        if line.startswith(_FIT):
            say(line.removeprefix(_FIT))

    if _child(settings, "rasa train", arguments, heard).run_once() != 0 or not model.exists():
        raise TrainingFailed("\n".join(last))
    _digest_file(model).write_text(_digest(model))
    return model


def child(settings: Settings, model: Path, say: Callable[[str], None]) -> Child:
    """The serving process, not yet started."""
    arguments = ["run", "--model", str(model), "--endpoints", str(BOT / "endpoints.yml")]
    arguments += [
        "--credentials",
        str(BOT / "credentials.yml"),
        "-i",
        "127.0.0.1",
        "-p",
        str(settings.rasa_port),
    ]

    def heard(line: str) -> None:
        if line.startswith(_FIT):
            say(line.removeprefix(_FIT))

    return _child(settings, "rasa", arguments, heard)


def _child(
    settings: Settings, name: str, arguments: list[str], say: Callable[[str], None]
) -> Child:
    # Its own interpreter, not `uv run`: uv would stay between us, and leave Rasa behind when it is killed.
    command = [str(BOT / ".venv" / "bin" / "python"), str(BOT / "start.py"), *arguments]
    variables = {
        "TEXTROOM_FLOWS": str(FLOWS),
        "TEXTROOM_KEPT": str(settings.instance / "models"),
        "TEXTROOM_TRACKERS": str(settings.instance / "trackers.db"),
        "TEXTROOM_BOT_SECRET": secret(settings),
        "TEXTROOM_ACTIONS_URL": f"http://127.0.0.1:{settings.actions_port}/bot/actions",
        "RASA_MAX_CACHE_SIZE": "0",
        "RASA_TELEMETRY_ENABLED": "false",
    }
    settings.instance.mkdir(parents=True, exist_ok=True)
    return Child(name, command, variables, settings.instance, say)


def _sources() -> Iterator[Path]:
    for pattern in _LEARNED_FROM:
        yield from sorted(FLOWS.glob(pattern))
    # Wording does not belong to the model: a new text trains nothing, a new name does.
    yield from sorted(f for f in BOT.glob("*.*") if f.suffix in (".py", ".yml", ".toml"))


def _is_whole(model: Path) -> bool:
    """Is the model there, unchanged since it was made? A half-written or altered one is trained anew."""
    kept = _digest_file(model)
    return (
        model.exists() and kept.exists() and hmac.compare_digest(kept.read_text(), _digest(model))
    )


def _digest_file(model: Path) -> Path:
    return model.with_suffix(".sha256")


def _digest(model: Path) -> str:
    return hashlib.sha256(model.read_bytes()).hexdigest()


_PROGRESS = re.compile(r"reading the example phrases: (\d+) of (\d+)")


def progress(line: str) -> tuple[int, int] | None:
    """(done, of) where a line of training tells how far it is."""
    found = _PROGRESS.search(line)
    return (int(found[1]), int(found[2])) if found else None
