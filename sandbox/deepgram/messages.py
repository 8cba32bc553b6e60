"""What the server tells of a stream, in the words of the real one."""

from datetime import UTC, datetime
from typing import Any

from sandbox.deepgram.options import ListenOptions
from sandbox.deepgram.recognizer import HeardWord

DECIMALS = 3


def results(
    options: ListenOptions,
    request_id: str,
    words: tuple[HeardWord, ...],
    span: tuple[float, float],
    *,
    is_final: bool,
    speech_final: bool,
    from_finalize: bool = False,
) -> dict[str, Any]:
    """What was said between two seconds of the stream."""
    alternative = {
        "transcript": " ".join(word.text for word in words),
        "confidence": round(sum(word.confidence for word in words) / len(words), DECIMALS) if words else 0.0,
        "words": [_word(word) for word in words],
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
        "metadata": {"request_id": request_id, "model_info": _model(options), "model_uuid": "sandbox"},
    }


def speech_started(second: float) -> dict[str, Any]:
    """Somebody began to speak."""
    return {"type": "SpeechStarted", "channel": [0, 1], "timestamp": round(second, DECIMALS)}


def utterance_end(last_word_end: float) -> dict[str, Any]:
    """Nobody has said a word for as long as the client asked to be told."""
    return {"type": "UtteranceEnd", "channel": [0, 1], "last_word_end": round(last_word_end, DECIMALS)}


def metadata(options: ListenOptions, request_id: str, seconds: float) -> dict[str, Any]:
    """The last message of a stream that the client has closed."""
    return {
        "type": "Metadata",
        "transaction_key": "deprecated",
        "request_id": request_id,
        "created": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "duration": round(seconds, DECIMALS),
        "channels": 1,
        "models": ["sandbox"],
        "model_info": {"sandbox": _model(options)},
    }


def problem(text: str) -> dict[str, Any]:
    """The client said what has no meaning; the stream is closed after it."""
    return {"type": "Error", "variant": "SchemaError", "description": text, "message": text}


def refusal(code: str, text: str, request_id: str) -> dict[str, Any]:
    """Why there is no stream."""
    return {"err_code": code, "err_msg": text, "request_id": request_id}


def _word(word: HeardWord) -> dict[str, Any]:
    return {
        "word": word.text.strip(".,;:!?\"'“”()—-").lower(),
        "punctuated_word": word.text,
        "start": round(word.start, DECIMALS),
        "end": round(word.end, DECIMALS),
        "confidence": round(word.confidence, DECIMALS),
    }


def _model(options: ListenOptions) -> dict[str, Any]:
    return {"name": options.model, "version": "sandbox", "arch": "sandbox"}
