"""Inert stand-ins for packages that Rasa imports and our pipeline never uses.

Rasa imports TensorFlow and every channel library when it starts, though rules and our own components need none of
them: 2 GB of disk, 900 MB of memory and 40 seconds (measured). `install` puts an importable nothing in their place.
To go back to the full install: delete the overrides in pyproject.toml and the call in start.py.
"""

import importlib.abc
import importlib.machinery
import sys
import types

PACKAGES = frozenset(
    [
        "tensorflow",
        "keras",
        "tensorflow_hub",
        "tensorflow_text",
        "aiogram",
        "slack",
        "slack_sdk",
        "twilio",
        "fbmessenger",
        "webexteamssdk",
        "rocketchat_API",
        "mattermostwrapper",
        "boto3",
        "botocore",
        "pymongo",
        "confluent_kafka",
        "kafka",
        "matplotlib",
        "sklearn_crfsuite",
        "aio_pika",
        "aiormq",
        "pydot",
        "googleapiclient",
        "oauth2client",
        "skops",
        "socketio",
        "engineio",
        "sentry_sdk",
        "structlog_sentry",
    ]
)
UNDER_A_SHARED_NAME = ("google.auth", "google.oauth2", "google.cloud")  # google.protobuf is real


calls = 0  # of stand-ins: imports make some, serving a message must make none (tests/bot)


class _Nothing(type):
    """A class that answers any attribute, call, subscript or union with another nothing."""

    def __getattr__(cls, name):
        if name.startswith("__") and name.endswith("__") and name != "__internal__":
            raise AttributeError(name)
        return _nothing(name)

    def __getitem__(cls, key):
        return cls

    def __call__(cls, *args, **kwargs):
        if cls.__module__ != __name__:
            return super().__call__(
                *args, **kwargs
            )  # a real class of Rasa's that has a nothing as its base
        global calls
        calls += 1
        # As a decorator it must hand back what it decorates.
        return args[0] if len(args) == 1 and not kwargs and callable(args[0]) else cls

    def __or__(cls, other):
        return cls

    __ror__ = __or__

    def __iter__(cls):
        return iter(())


def _nothing(name):
    return _Nothing(name, (), {"__module__": __name__})


def _attribute(name):
    if name.startswith("__") and name.endswith("__") and name != "__internal__":
        raise AttributeError(name)
    return _nothing(name)


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in PACKAGES or name.startswith(UNDER_A_SHARED_NAME):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        module = types.ModuleType(spec.name)
        module.__path__ = []
        module.__getattr__ = _attribute
        module.__version__ = "0"
        return module

    def exec_module(self, module):
        pass


def install():
    """Make every package of PACKAGES importable, as nothing."""
    sys.meta_path.insert(0, _Finder())
