"""The table of contents: pages, jobs and commands; makes the Flask application, and starts everything when run."""

import logging
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from flask import Blueprint, Flask, Response

from actions import endpoint
from messaging import agent, asking, commands, errors, progress, simulator, twilio, webhooks
from messaging.carrier import Carrier
from messaging.inbox import Inbox
from messaging.jobs import Every, Workers
from messaging.keywords import Keywords
from messaging.outbox import Outbox
from messaging.rasa import Agent
from messaging.screen import Screen
from messaging.serving import Server, check_free
from messaging.wording import Wording
from records import clock, database, demonstration, logs
from records.errors import UnsafeSettings
from records.settings import HERE, Settings

log = logging.getLogger("textroom")

INBOX_THREADS, OUTBOX_THREADS, WEB_THREADS, ACTION_THREADS = 4, 2, 16, 8
FLOWS = HERE / "flows"


@dataclass(frozen=True)
class House:
    """What the processes are made of, each part made when it is first wanted."""

    settings: Settings

    @cached_property
    def sessions(self) -> database.Sessions:
        return database.sessions(database.connect(self.settings.database_url))

    @cached_property
    def carrier(self) -> Carrier:
        real = self.settings.has_twilio
        return (
            twilio.TwilioCarrier(self.settings)
            if real
            else simulator.SimulatorCarrier(self.settings)
        )

    @cached_property
    def account(self) -> twilio.Account:
        sid = self.settings.twilio_account_sid
        return (
            twilio.Account(sid, self.settings.twilio_auth_tokens)
            if sid
            else simulator.account(self.settings)
        )

    @cached_property
    def agent(self) -> Agent:
        return Agent(self.settings.rasa_url, agent.secret(self.settings))

    @cached_property
    def inbox(self) -> Inbox:
        screen, keywords = Screen.load(FLOWS / "safety" / "screen"), Keywords(FLOWS / "keywords")
        return Inbox(self.sessions, screen, keywords, self.agent, Wording(FLOWS, HERE / "locales"))

    def inbox_with(self, asked: Agent) -> Inbox:
        """The inbox with another agent than the settings name."""
        return replace(self.inbox, agent=asked)

    @cached_property
    def workers(self) -> Workers:
        return Workers()

    @cached_property
    def actions(self) -> Flask:
        return endpoint.create(self.sessions, agent.secret(self.settings))


def pages(house: House, ring: Callable[[], None]) -> list[Blueprint]:
    """Every page family of the web application."""
    found = [webhooks.pages(house.settings, house.account, house.sessions, ring)]
    if house.settings.is_on_loopback and not house.settings.has_twilio:
        found.append(simulator.pages(house.settings, house.sessions))
    return found


def jobs(house: House) -> list[Every]:
    """The timetable. What is due is a row in the database; this only says how often to look."""
    outbox = Outbox(house.sessions, house.carrier)
    return [Every(seconds=15, do=lambda: until_done(outbox.settle_next))]


def create_app(house: House | None = None, ring: Callable[[], None] = lambda: None) -> Flask:
    """The web application with its pages and commands."""
    house = house or House(Settings.from_environment())
    app = Flask("textroom", static_folder=str(HERE / "messaging" / "static"))
    app.config["MAX_CONTENT_LENGTH"] = webhooks.LARGEST
    for blueprint in pages(house, ring):
        app.register_blueprint(blueprint)
    for command in commands.COMMANDS:
        app.cli.add_command(command)
    app.extensions["house"] = house
    errors.guard(app)

    @app.get("/health/live")
    def live() -> Response:
        return Response("alive\n", mimetype="text/plain")

    return app


def until_done(work: Callable[[], bool]) -> None:
    """Call it until it says that nothing is left."""
    while work():
        pass


def start_workers(house: House) -> Callable[[], None]:
    """Start the threads that answer and send. Returns the bell that wakes them all."""
    workers, outbox, watched = house.workers, Outbox(house.sessions, house.carrier), [0]

    def watch() -> bool:
        seen, watched[0] = watched[0], house.inbox.watch_for_danger(watched[0])
        return watched[0] != seen

    ring_outbox = workers.add("outbox", outbox.send_next, OUTBOX_THREADS)
    ring_watch = workers.add("watch", watch, 1)

    def answer() -> bool:
        found = house.inbox.answer_next()
        if found:
            ring_outbox()
        return found

    ring_inbox = workers.add("inbox", answer, INBOX_THREADS)
    workers.timetable(jobs(house))
    workers.start()

    def ring() -> None:
        ring_watch()
        ring_inbox()

    return ring


def run(settings: Settings) -> int:
    """Start everything, say where it is, and stop all of it at Ctrl-C."""
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    check_free(
        {
            "PORT": settings.port,
            "RASA_PORT": settings.rasa_port,
            "ACTIONS_PORT": settings.actions_port,
        }
    )
    house = House(settings)
    progress.say("preparing the database")
    database.migrate(house.sessions.kw["bind"])
    with house.sessions.begin() as session:
        demonstration.load(session, clock.now())
    with progress.bar() as said:
        agent.install(said)
        model = agent.train(settings, said)
    ring = start_workers(house)
    rasa = agent.child(settings, model, progress.from_rasa)
    servers = [
        Server(create_app(house, ring), settings.host, settings.port, WEB_THREADS),
        Server(house.actions, "127.0.0.1", settings.actions_port, ACTION_THREADS),
    ]
    for server in servers:
        server.start()
    rasa.watch()
    progress.say("starting the agent")
    threading.Thread(target=lambda: _announce(house, stopping), daemon=True).start()
    stopping.wait()
    progress.say("stopping")
    house.workers.stop_soon()
    rasa.stop()
    house.workers.stop()
    for server in servers:
        server.stop()
    return 0


def _announce(house: House, stopping: threading.Event) -> None:
    asking.wait_until_ready(house.agent, 120, stopping)
    if not stopping.is_set():
        progress.say("ready. Ctrl-C stops everything.")
        if house.settings.is_on_loopback and not house.settings.has_twilio:
            progress.say(f"phone simulator: {house.settings.public_url}/simulator/")


if __name__ == "__main__":
    logs.set_up("main")
    try:
        sys.exit(run(Settings.from_environment()))
    except (UnsafeSettings, agent.TrainingFailed) as problem:
        sys.exit(f"textroom cannot start: {problem}")
