"""Builds the messages that Deepgram sends to its clients."""

from datetime import UTC, datetime
from typing import Any

from sandbox.deepgram.options import ListenOptions
from sandbox.deepgram.recognizer import HeardWord

DECIMALS = 3


def build_results(
    options: ListenOptions,
    request_id: str,
    words: tuple[HeardWord, ...],
    span: tuple[float, float],
    *,
    is_final: bool,
    speech_final: bool,
    from_finalize: bool = False,
) -> dict[str, Any]:
    """Return the words that were said during a span of the stream, in seconds."""
    alternative = {
        "transcript": " ".join(word.text for word in words),
        "confidence": round(sum(word.confidence for word in words) / len(words), DECIMALS) if words else 0.0,
        "words": [_build_word(word) for word in words],
    }
    return {
        "type": "Results",
        "channel_index": [0, 1],
        "start": round(span[0], DECIMALS),
        "duration": round(span[1] - span[0], DECIMALS),
        "is_final": is_final,
        "speech_final": speech_final,
        "from_finalize": from_finalize,
        "channel": {"alternatives": [alternative]},
        "metadata": {"request_id": request_id, "model_info": _build_model_info(options), "model_uuid": "sandbox"},
    }


def build_speech_started(second: float) -> dict[str, Any]:
    """Report that speech began at this second of the stream."""
    return {"type": "SpeechStarted", "channel": [0, 1], "timestamp": round(second, DECIMALS)}


def build_utterance_end(last_word_end: float) -> dict[str, Any]:
    """Report that no word was said for utterance_end_ms after this second of the stream."""
    return {"type": "UtteranceEnd", "channel": [0, 1], "last_word_end": round(last_word_end, DECIMALS)}


def build_metadata(options: ListenOptions, request_id: str, seconds: float) -> dict[str, Any]:
    """Return the last message of a stream that the client has closed."""
    return {
        "type": "Metadata",
        "transaction_key": "deprecated",
        "request_id": request_id,
        "created": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "duration": round(seconds, DECIMALS),
        "channels": 1,
        "models": ["sandbox"],
        "model_info": {"sandbox": _build_model_info(options)},
    }


def build_error(text: str) -> dict[str, Any]:
    """Report an invalid message of the client, after which the stream is closed."""
    return {"type": "Error", "variant": "SchemaError", "description": text, "message": text}


def build_denial(code: str, text: str, request_id: str) -> dict[str, Any]:
    """Return the body of a response that refuses a stream."""
    return {"err_code": code, "err_msg": text, "request_id": request_id}


def _build_word(word: HeardWord) -> dict[str, Any]:
    return {
        "word": word.text.strip(".,;:!?\"'“”()—-").lower(),
        "punctuated_word": word.text,
        "start": round(word.start, DECIMALS),
        "end": round(word.end, DECIMALS),
        "confidence": round(word.confidence, DECIMALS),
    }


def _build_model_info(options: ListenOptions) -> dict[str, Any]:
    return {"name": options.model, "version": "sandbox", "arch": "sandbox"}
