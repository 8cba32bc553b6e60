"""`python -m sandbox.cartesia --port N`: serves the simulated text to speech on a loopback port until it is stopped."""

import argparse

import uvicorn

from sandbox.cartesia.context import ScriptedSpeech
from sandbox.cartesia.provider import CartesiaProvider

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--first-audio-seconds", type=float, default=0.09, help="seconds from a text to its first audio")
    parser.add_argument("--speed-factor", type=float, default=1.0, help="speaks this many times faster than requested")
    arguments = parser.parse_args()
    provider = CartesiaProvider(speed_factor=arguments.speed_factor)
    provider.script = ScriptedSpeech(first_audio_seconds=arguments.first_audio_seconds)
    uvicorn.run(
        provider.app, host="127.0.0.1", port=arguments.port, ws="websockets-sansio", log_level="warning", access_log=False
    )
