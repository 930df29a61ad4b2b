"""Commands that ask the agent: `flask ask`, `flask evaluate`, `flask train`, `flask words`."""

import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from messaging import agent, asking, evaluate, progress
from records import clock, database, demonstration, logs
from records.settings import HERE


def _house() -> Any:
    # app.py's House: it holds the action endpoint too, which this room may not import.
    return current_app.extensions["house"]


def _say(line: str) -> None:
    click.echo(line, err=True)


@click.command("ask")
@click.argument("text")
@click.option("--trust", "code", help="ODS code of the trust; the first one if left out.")
@click.option(
    "--from",
    "address",
    help="The patient's number, +44...: its conversation's language is remembered.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_appcontext
def ask(text: str, code: str | None, address: str | None, as_json: bool) -> None:
    """Ask the agent as a patient would; nothing is sent."""
    house = _prepared()
    with asking.ready_agent(house.settings, house.actions, _say) as agent_:
        try:
            answer = asking.ask(house.inbox_with(agent_), text, code, address)
        except LookupError as error:
            raise click.ClickException(str(error.args[0])) from None
    if as_json:
        return click.echo(answer.as_json())
    click.echo(
        f"topic       {answer.topic} ({answer.confidence:.2f})\nlanguage    {answer.language}"
    )
    click.echo(
        "next best   "
        + ", ".join(f"{topic} ({chance:.2f})" for topic, chance in answer.alternatives)
    )
    return click.echo(f"segments    {answer.segments}\n\n{answer.reply}")


@click.command("evaluate")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object.")
@click.option("--misses", is_flag=True, help="List the messages that were taken wrongly.")
@with_appcontext
def evaluate_command(file: Path, as_json: bool, misses: bool) -> None:
    """Run labelled messages (text,language,style,topic,alternatives) through the real pipeline and count."""
    house = _prepared()
    try:
        rows = evaluate.read(file)
    except (ValueError, UnicodeDecodeError) as error:
        raise click.ClickException(str(error)) from None
    with asking.ready_agent(house.settings, house.actions, _say) as agent_:
        outcomes = evaluate.run(rows, house.inbox.screen, agent_)
    found = evaluate.report(outcomes)
    if misses:
        click.echo(evaluate.misses(outcomes))
    click.echo(evaluate.table(found))
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))


@click.command("train")
@with_appcontext
def train() -> None:
    """Train the agent's model, unless one fits the flows already."""
    house = _house()
    with progress.bar() as said:
        agent.install(said)
        click.echo(f"the model that fits: {agent.train(house.settings, said)}")


@click.command("words")
@with_appcontext
def words() -> None:
    """Bring the catalogues in locales/ up to date with the flows and pages."""
    os.chdir(HERE)
    sys.path.insert(0, str(HERE))  # babel.cfg names our extractors by module
    importlib.import_module("locales.words").extract()
    click.echo("locales/ is up to date; untranslated lines are empty there")


def _prepared() -> Any:
    """The house with its database and demonstration trust in place, as `uv run app.py` leaves it."""
    logs.set_up("flask", sys.stderr)
    house = _house()
    database.migrate(house.sessions.kw["bind"])
    with house.sessions.begin() as session:
        demonstration.load(session, clock.now())
    return house


COMMANDS = [ask, evaluate_command, train, words]
