"""`python -m sandbox.deepgram --port N`: serves the simulated speech to text on a loopback port until it is stopped."""

import argparse
import asyncio

import uvicorn

from sandbox.deepgram.phrases import PhraseRecognizer
from sandbox.deepgram.provider import DeepgramProvider
from sandbox.deepgram.recognizer import FixedTextRecognizer, Recognizer
from sandbox.deepgram.stream import ScriptedResult
from sandbox.deepgram.whisper import WhisperRecognizer
from sandbox.voices import CANDIDATE_VOICE


async def _serve(arguments: argparse.Namespace) -> None:
    recognizer: Recognizer
    if arguments.texts:
        recognizer = FixedTextRecognizer(arguments.texts)
    elif arguments.phrases:
        recognizer = PhraseRecognizer(CANDIDATE_VOICE)
    else:
        recognizer = WhisperRecognizer()
        await recognizer.load()
    provider = DeepgramProvider(recognizer)
    provider.script = ScriptedResult(final_seconds=arguments.final_seconds, confidence=arguments.confidence)
    config = uvicorn.Config(
        provider.app, host="127.0.0.1", port=arguments.port, ws="websockets-sansio", log_level="warning", access_log=False
    )
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    recognizers = parser.add_mutually_exclusive_group()
    recognizers.add_argument(
        "--phrases", action="store_true", help="recognize only the texts that callers announce to /phrases, without errors"
    )
    recognizers.add_argument("--texts", nargs="+", help="return these texts, one per utterance, whatever is said")
    parser.add_argument("--final-seconds", type=float, help="seconds from the end of speech to its final result")
    parser.add_argument("--confidence", type=float, help="confidence of every word, from 0 to 1")
    asyncio.run(_serve(parser.parse_args()))
