"""`python -m sandbox.anthropic --port N`: serves the simulated Messages API on a loopback port until it is stopped."""

import argparse

import uvicorn

from sandbox.anthropic.provider import AnthropicProvider, ScriptedReply

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument(
        "--first-word-seconds",
        type=float,
        help="send each reply whole after this many seconds; by default replies are streamed at a person's pace",
    )
    arguments = parser.parse_args()
    provider = AnthropicProvider(paced=arguments.first_word_seconds is None)
    if arguments.first_word_seconds is not None:
        provider.default_script = ScriptedReply(delay_seconds=arguments.first_word_seconds)
    uvicorn.run(provider.app, host="127.0.0.1", port=arguments.port, log_level="warning", access_log=False)
