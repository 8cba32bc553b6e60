"""Shared by all commands: loading settings, and exiting with status 2 and a sentence that says what to do."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import typer
from pymongo.errors import PyMongoError

import logs
from models import database
from models.migrations.data_version import IncompatibleDatabase
from receipts import parse_signing_keys
from recording.storage import RecordingStore, open_store
from settings import MIN_SECRET_LENGTH, InvalidSettings, Settings, read_settings

T = TypeVar("T")

LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")
"""The hosts of URLs that do not leave this machine."""


def load_settings() -> Settings:
    """Read the settings and configure logging. Exits with 2 and one line for each invalid setting."""
    try:
        settings = read_settings()
    except InvalidSettings as error:
        for message in error.messages:
            typer.secho(message, fg="red", err=True)
        raise typer.Exit(2) from None
    logs.configure(settings.log)
    return settings


def exit_with_error(message: str) -> typer.Exit:
    """Print the message and return the exception that exits with 2. Use it as `raise exit_with_error(...)`."""
    typer.secho(message, fg="red", err=True)
    return typer.Exit(2)


def require_auth_secret(settings: Settings) -> None:
    """Exit with 2 unless AUTH_SECRET, which signs links and tokens, is long enough."""
    if len(settings.auth.secret.get_secret_value()) < MIN_SECRET_LENGTH:
        raise exit_with_error(
            f"AUTH_SECRET is missing or shorter than {MIN_SECRET_LENGTH} characters: set it in .env, for instance to "
            "`openssl rand -base64 48`."
        )


def require_valid_signing_keys(settings: Settings) -> None:
    """Exit with 2 if AUTH_SIGNING_KEY, which signs the receipts of erasures, is set and is not an Ed25519 key."""
    try:
        parse_signing_keys(settings.auth)
    except ValueError as error:
        raise exit_with_error(f"AUTH_SIGNING_KEY: {error}. Create one with `main.py keys signing-key`, or unset it.") from None


def require_voice_settings(settings: Settings, **others: str) -> None:
    """Exit with 2 unless LiveKit's settings and the named others have a value."""
    livekit = {
        "LIVEKIT_URL": settings.livekit.url,
        "LIVEKIT_API_KEY": settings.livekit.api_key.get_secret_value(),
        "LIVEKIT_API_SECRET": settings.livekit.api_secret.get_secret_value(),
    }
    for name, value in {**livekit, **others}.items():
        if not value:
            raise exit_with_error(f"{name} is not set: put it into .env (see .env.example), or run the sandbox with `make dev`.")


def open_recording_store(settings: Settings) -> RecordingStore | None:
    """Open the recording store. Returns None if none is configured; exits with 2 if it cannot be used."""
    try:
        return open_store(settings.recording)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise exit_with_error(
            f"RECORDING_STORE: this cannot be used ({reason}). Use a writable folder or s3://bucket/prefix."
        ) from None


async def check_database(settings: Settings) -> None:
    """Raise IncompatibleDatabase or PyMongoError if this version cannot work with the database."""
    async with database.connect(settings.mongodb):
        pass


def run_or_exit(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run the coroutine. Exits with 2 if MongoDB is unavailable, or if the database is not one that this version works with."""
    try:
        return asyncio.run(coroutine)
    except IncompatibleDatabase as error:
        raise exit_with_error(f"MONGODB_DATABASE: {error}") from None
    except PyMongoError as error:
        reason = type(error).__name__
        raise exit_with_error(
            f"MONGODB_URL: MongoDB does not answer as expected ({reason}). Run `main.py doctor` to find out why."
        ) from None
