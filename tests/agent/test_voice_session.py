"""The options with which livekit-agents' speech providers are created."""

import pytest
from livekit.plugins import deepgram
from pydantic import SecretStr

from agent.voice.session import create_session
from settings import Settings

KEY = SecretStr("key")


def create_recognizer(model: str, language: str, *key_terms: str) -> deepgram.STT:
    settings = Settings(_env_file=None)
    settings.deepgram.api_key = settings.cartesia.api_key = KEY
    settings.deepgram.model = model
    recognizer = create_session(settings, language, key_terms).stt
    assert isinstance(recognizer, deepgram.STT)
    return recognizer


@pytest.mark.parametrize(("tag", "code"), [("de-AT", "de"), ("es-MX", "es-419"), ("en-GB", "en-GB"), ("de-CH", "de-CH")])
async def test_recognizer_is_asked_for_a_documented_language_with_the_key_terms(tag: str, code: str) -> None:
    options = create_recognizer("nova-3", tag, "Łukasz", "Felco 2")._opts
    assert (options.language, options.keyterm) == (code, ["Łukasz", "Felco 2"])


async def test_model_without_key_terms_can_be_used() -> None:
    options = create_recognizer("nova-2-general", "fr-BE")._opts
    assert (options.model, options.language, options.keyterm) == ("nova-2-general", "fr", [])
