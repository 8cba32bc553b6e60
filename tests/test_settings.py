"""Settings from the environment, their validation, and their defaults in .env.example."""

import re
from pathlib import Path
from typing import Any

import pytest
from dotenv import dotenv_values
from pydantic import BaseModel, SecretStr, ValidationError

from settings import InvalidSettings, Settings, read_settings
from tests.helpers import ROOT

EXAMPLE = ROOT / ".env.example"


def environment_defaults(model: type[BaseModel] = Settings, prefix: str = "") -> dict[str, Any]:
    """Return the default of every setting by its environment variable."""
    found: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found |= environment_defaults(kind, f"{prefix}{name}_".upper())
        else:
            found[f"{prefix}{name}".upper()] = field.default
    return found


def format_default(default: Any) -> str:
    """Return a default as .env.example writes it."""
    if isinstance(default, SecretStr):
        return default.get_secret_value()
    if default is None:
        return ""
    return str(default).lower() if isinstance(default, bool) else str(default)


def test_env_example_lists_every_setting_with_its_default() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    named = dotenv_values(EXAMPLE)
    # settings without a default are commented out
    commented = dict.fromkeys(re.findall(r"^# ([A-Z0-9_]+)=$", text, re.MULTILINE), "")
    assert {**named, **commented} == {name: format_default(default) for name, default in environment_defaults().items()}


def test_env_example_changes_no_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*environment_defaults(), "PORT"):
        monkeypatch.delenv(name, raising=False)
    assert Settings(_env_file=EXAMPLE) == Settings(_env_file=None)


def test_port_of_a_hosting_platform_is_the_default_of_the_api(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("API_PORT", raising=False)
    monkeypatch.setenv("API_HOST", "0.0.0.0")
    monkeypatch.setenv("PORT", "10000")
    settings = Settings(_env_file=None)
    assert (settings.api.host, settings.api.port) == ("0.0.0.0", 10000)
    monkeypatch.setenv("API_PORT", "8001")
    assert Settings(_env_file=None).api.port == 8001


def test_environment_variable_sets_its_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONGODB_URL", "mongodb://elsewhere")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "  a key  ")
    monkeypatch.setenv("INTERVIEW_FIRST_WORD_SECONDS", "2.5")
    monkeypatch.setenv("API_ALLOWED_ORIGINS", '["https://hr.example", "https://jobs.example"]')
    settings = Settings(_env_file=None)
    assert settings.mongodb.url == "mongodb://elsewhere"
    assert settings.anthropic.api_key.get_secret_value() == "a key"
    assert settings.interview.first_word_seconds == 2.5
    assert settings.api.allowed_origins == ["https://hr.example", "https://jobs.example"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RATE_JOINS", "60"),
        ("RATE_JOINS", "0/minute"),
        ("RATE_JOINS", "60/minute;0/second"),
        ("API_TRUSTED_PROXIES", '["*"]'),
        ("API_TRUSTED_PROXIES", '["10.0.0.1/8"]'),
        ("API_PORT", "a port"),
        ("LOG_LEVEL", "LOUD"),
        ("JOBS_LEASE_SECONDS", "0"),
        ("REDIS_PUBLISH_SECONDS", "-1"),
    ],
)
def test_invalid_value_is_rejected(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError):
        Settings(_env_file=None)


def test_secrets_can_be_files_between_the_environment_and_env_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "AUTH_SECRET").write_text("of the file\n")
    (tmp_path / "livekit_api_secret").write_text("of the other file")
    (tmp_path / "REDIS_URL").write_text("redis://of-the-file")
    (tmp_path / ".env").write_text("AUTH_SECRET=\nLIVEKIT_API_KEY=a-key")
    monkeypatch.setenv("SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("REDIS_URL", "redis://of-the-environment")
    settings = Settings(_env_file=tmp_path / ".env")
    assert settings.auth.secret.get_secret_value() == "of the file"
    assert settings.livekit.api_secret.get_secret_value() == "of the other file"
    assert settings.livekit.api_key.get_secret_value() == "a-key"
    assert settings.redis.url == "redis://of-the-environment"
    monkeypatch.setenv("SECRETS_DIR", str(tmp_path / "missing"))
    with pytest.raises(InvalidSettings, match="SECRETS_DIR: this is not a folder"):
        read_settings()


@pytest.mark.parametrize("name", ["AUTH_PREVIOUS_SECRETS", "LIVEKIT_PREVIOUS_KEYS"])
def test_malformed_json_is_reported_without_its_value(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "canary, not JSON")
    with pytest.raises(InvalidSettings, match=name) as raised:
        read_settings()
    assert "canary" not in str(raised.value)


def test_short_earlier_secret_is_reported_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTH_PREVIOUS_SECRETS", '["canary"]')
    with pytest.raises(InvalidSettings, match=r"AUTH_PREVIOUS_SECRETS_0: .*32") as raised:
        read_settings()
    assert "canary" not in str(raised.value)


def test_secrets_are_not_printed() -> None:
    settings = Settings(_env_file=None, auth={"secret": "a signing secret"}, anthropic={"api_key": "an API key"})
    assert "a signing secret" not in repr(settings)
    assert "an API key" not in repr(settings)
