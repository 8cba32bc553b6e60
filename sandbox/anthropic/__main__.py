"""`python -m sandbox.anthropic --port N`: the provider on a loopback port, until it is ended."""

import argparse

import uvicorn

from sandbox.anthropic.provider import Provider

if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, required=True)
    port: int = arguments.parse_args().port
    uvicorn.run(Provider(paced=True).app, host="127.0.0.1", port=port, log_level="warning", access_log=False)
