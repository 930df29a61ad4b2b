"""Settings: read once, and what is wrong is told together."""

import pytest

from records.errors import UnsafeSettings
from records.settings import Settings

TWILIO = {
    "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "TWILIO_API_KEY": "SK" + "1" * 32,
    "TWILIO_API_SECRET": "secret",
    "TWILIO_AUTH_TOKEN": "old, new",
}


def read(tmp_path, **environment):
    return Settings.from_environment({"TEXTROOM_INSTANCE": str(tmp_path), **environment})


def test_nothing_needs_to_be_set(tmp_path):
    settings = read(tmp_path)
    assert settings.is_on_loopback and not settings.has_twilio and settings.port == 8000


def test_everything_that_is_wrong_is_told_at_once(tmp_path):
    with pytest.raises(UnsafeSettings) as problem:
        read(tmp_path, PORT="99999", PUBLIC_URL="northgate", TWILIO_ACCOUNT_SID="AC1")
    for name in ("PORT", "PUBLIC_URL", "TWILIO_API_KEY", "TWILIO_API_SECRET", "TWILIO_AUTH_TOKEN"):
        assert name in str(problem.value)


def test_two_tokens_may_be_live_while_one_is_rotated(tmp_path):
    assert read(tmp_path, **TWILIO).twilio_auth_tokens == ("old", "new")


def test_the_simulator_is_never_open_to_a_network(tmp_path):
    with pytest.raises(UnsafeSettings, match="HOST"):
        read(tmp_path, HOST="0.0.0.0")
    assert not read(tmp_path, HOST="0.0.0.0", **TWILIO).is_on_loopback


def test_the_secret_is_made_once_and_for_its_owner_only(tmp_path):
    first = read(tmp_path).secret_key
    assert read(tmp_path).secret_key == first and len(first) > 40
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_a_secret_of_ones_own_is_used(tmp_path):
    assert read(tmp_path, SECRET_KEY="mine").secret_key == "mine"
