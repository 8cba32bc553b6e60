"""`python -m sandbox.livekit`: have livekit-server, building it if need be, and print where it is."""

import asyncio
import sys

from sandbox.livekit.build import find_or_build
from sandbox.processes import SandboxFailed


def main() -> None:
    """Exit 1, after a sentence that says why, when it cannot be had."""
    try:
        path = asyncio.run(find_or_build(lambda line: print(line, file=sys.stderr, flush=True)))
    except SandboxFailed as failed:
        sys.exit(str(failed))
    except KeyboardInterrupt:
        sys.exit(130)
    print(path)


if __name__ == "__main__":
    main()
