"""Every setting, read once from the environment; what is wrong is listed together."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from records.errors import UnsafeSettings

HERE = Path(__file__).resolve().parent.parent
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Settings:
    """One frozen set of settings. Names are those of the environment, in lower case."""

    instance: Path
    """Folder for what this installation keeps: database, model, generated secrets."""
    database_url: str
    public_url: str
    """The address patients and the carrier reach us by; Twilio signs requests for it."""
    host: str
    port: int
    rasa_port: int
    actions_port: int
    rasa_url: str
    secret_key: str
    """Signs the secrets that our own processes show each other; generated into `instance` when unset."""
    twilio_account_sid: str | None
    twilio_api_key: str | None
    twilio_api_secret: str | None
    twilio_auth_tokens: tuple[str, ...]
    """Comma-separated in TWILIO_AUTH_TOKEN: during a rotation the old and the new both verify webhooks."""
    twilio_messaging_service_sid: str | None

    @property
    def has_twilio(self) -> bool:
        """Is the real carrier configured? Otherwise the phone simulator carries the messages."""
        return self.twilio_account_sid is not None

    @property
    def is_on_loopback(self) -> bool:
        """May demonstration pages be shown: does everybody who reaches us sit at this machine?"""
        return self.host in LOOPBACK and urlsplit(self.public_url).hostname in LOOPBACK

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings. UnsafeSettings lists every missing or malformed name together."""
        read = _Reader(os.environ if environment is None else environment)
        instance = Path(read.text("TEXTROOM_INSTANCE", str(HERE / "instance")))
        port, rasa_port = read.port("PORT", 8000), read.port("RASA_PORT", 5005)
        twilio = {name: read.optional(name) for name in _TWILIO}
        if any(twilio.values()):
            read.wrong += [f"{name} is missing" for name in _TWILIO if not twilio[name]]
        tokens = (twilio["TWILIO_AUTH_TOKEN"] or "").split(",")
        settings = cls(
            instance=instance,
            database_url=read.text("DATABASE_URL", f"sqlite:///{instance / 'textroom.db'}"),
            public_url=read.url("PUBLIC_URL", f"http://127.0.0.1:{port}"),
            host=read.text("HOST", "127.0.0.1"),
            port=port,
            rasa_port=rasa_port,
            actions_port=read.port("ACTIONS_PORT", 5055),
            rasa_url=read.url("RASA_URL", f"http://127.0.0.1:{rasa_port}"),
            secret_key=read.optional("SECRET_KEY") or kept_secret(instance / "secret_key"),
            twilio_account_sid=twilio["TWILIO_ACCOUNT_SID"],
            twilio_api_key=twilio["TWILIO_API_KEY"],
            twilio_api_secret=twilio["TWILIO_API_SECRET"],
            twilio_auth_tokens=tuple(t.strip() for t in tokens if t.strip()),
            twilio_messaging_service_sid=read.optional("TWILIO_MESSAGING_SERVICE_SID"),
        )
        if settings.host not in LOOPBACK and not settings.has_twilio:
            read.wrong.append(
                "HOST is not loopback, but the phone simulator would be open to anyone: set up Twilio"
            )
        if read.wrong:
            raise UnsafeSettings("; ".join(read.wrong))
        return settings


_TWILIO = ("TWILIO_ACCOUNT_SID", "TWILIO_API_KEY", "TWILIO_API_SECRET", "TWILIO_AUTH_TOKEN")


class _Reader:
    def __init__(self, environment: Mapping[str, str]):
        self.environment = environment
        self.wrong: list[str] = []

    def optional(self, name: str) -> str | None:
        return self.environment.get(name, "").strip() or None

    def text(self, name: str, default: str) -> str:
        return self.optional(name) or default

    def port(self, name: str, default: int) -> int:
        text = self.text(name, str(default))
        if not text.isdecimal() or not 1 <= int(text) <= 65535:
            self.wrong.append(f"{name} must be a port from 1 to 65535")
            return default
        return int(text)

    def url(self, name: str, default: str) -> str:
        text = self.text(name, default).rstrip("/")
        if urlsplit(text).scheme not in ("http", "https") or not urlsplit(text).hostname:
            self.wrong.append(f"{name} must be an http or https address")
        return text


@cache
def kept_secret(file: Path) -> str:
    """The secret kept in this file, readable by its owner only; made at first use."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
            new.write(secrets.token_urlsafe(32))
    except FileExistsError:
        pass
    return file.read_text().strip()
