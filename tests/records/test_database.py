"""Times, tables and migrations."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy.exc import StatementError

from records import clock, database, demonstration
from records.appointments import Appointment
from records.patients import Patient
from records.settings import HERE
from tests.makers import NOW, make_message, make_trust


def test_a_time_without_a_zone_is_refused(sessions):
    with pytest.raises(StatementError, match="zone"), sessions.begin() as session:
        make_message(session, make_trust(session), due_at=datetime(2026, 1, 1))


def test_a_time_comes_back_in_utc_whatever_zone_it_went_in(sessions):
    moment = datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=1)))
    with sessions.begin() as session:
        message = make_message(session, make_trust(session), due_at=moment)
    with sessions.begin() as session:
        found = session.get(type(message), message.id)
        assert found.due_at == moment and found.due_at.tzinfo == UTC


def test_london_keeps_summer_time():
    assert clock.in_london(datetime(2026, 7, 1, 12, tzinfo=UTC)).hour == 13
    with pytest.raises(ValueError, match="zone"):
        clock.in_london(datetime(2026, 7, 1))


def test_the_migrations_make_what_the_code_says(database_url):
    engine = database.connect(database_url)
    with engine.connect() as connection:
        differences = compare_metadata(
            MigrationContext.configure(connection), database.Record.metadata
        )
    engine.dispose()
    assert differences == []


def test_the_migrations_go_down_and_up_again(database_url):
    engine = database.connect(database_url)
    config = Config()
    config.set_main_option("script_location", str(HERE / "records" / "migrations"))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        command.upgrade(config, "head")
        connection.commit()
    engine.dispose()


def test_the_demonstration_trust_is_loaded_once(sessions):
    with sessions.begin() as session:
        first = demonstration.load(session, NOW)
        assert demonstration.load(session, NOW).id == first.id
        assert session.query(Patient).count() == 6
        assert all(a.starts_at > NOW for a in session.query(Appointment))
