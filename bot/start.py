"""Starts Rasa's own command line with our stand-ins and patches: ``python start.py train|run ...``."""

import logging
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Before anything imports numpy: two OpenMP threads hang a forked child and spin beside a busy core (measured).
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["RASA_TELEMETRY_ENABLED"] = "false"
os.environ["SANIC_HOST"] = "127.0.0.1"
os.environ.setdefault("LOG_LEVEL", "WARNING")


class OnlyOurWords(logging.Formatter):
    """A log line: level, logger and, from our own loggers only, the message. Rasa's carry patients' words."""

    def format(self, record):
        said = (
            record.getMessage() if record.name.startswith("textroom") else type(record.msg).__name__
        )
        failure = (
            f" ({record.exc_info[0].__name__})" if record.exc_info and record.exc_info[0] else ""
        )
        return f"@ {record.levelname.lower()} {record.name}: {said}{failure}"


def keep_words_out_of_logs():
    """Every logger, Rasa's and Sanic's too, speaks through `OnlyOurWords`."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(OnlyOurWords())
    for name in [None, *logging.root.manager.loggerDict]:
        logger = logging.getLogger(name)
        logger.handlers = [handler] if name is None else []
        logger.propagate = True


def main():
    """Run Rasa's command line in this process."""
    sys.path.insert(0, str(HERE))
    import standins

    standins.install()
    import rasa.__main__

    import patches

    patches.apply()
    configure = rasa.__main__.configure_structlog

    def configure_then_scrub(*args, **kwargs):
        configure(*args, **kwargs)
        keep_words_out_of_logs()

    rasa.__main__.configure_structlog = (
        configure_then_scrub  # the last thing Rasa does before its command runs
    )
    sys.argv[0] = "rasa"
    rasa.__main__.main()


if __name__ == "__main__":
    main()
