"""Log lines: marked with their process, and never with a patient's words or number."""

import logging
import sys
from typing import TextIO


def place(error: BaseException) -> str:
    """File and line of ours where it happened; never the exception's own words, which can hold a patient's."""
    trace, found = error.__traceback__, "?"
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if "site-packages" not in file:
            found = f"{file.rpartition('/')[2]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found


class Marked(logging.Formatter):
    """``process | level | message``. A traceback becomes its type and place; line breaks cannot forge a line."""

    def __init__(self, process: str):
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        said = record.getMessage()
        if record.exc_info and record.exc_info[1]:
            said = f"{type(record.exc_info[1]).__name__} at {place(record.exc_info[1])}"
        printable = "".join(c if c.isprintable() else " " for c in said)
        return f"{self._process:<5}| {record.levelname.lower()} | {printable}"


def set_up(process: str, stream: TextIO = sys.stdout) -> None:
    """Send this process's log to a stream. Libraries speak only in warnings: at INFO some name numbers."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Marked(process))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for room in ("records", "messaging", "actions", "staff", "video", "textroom"):
        logging.getLogger(room).setLevel(logging.INFO)
