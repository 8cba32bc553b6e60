"""`python -m sandbox.livekit`: finds or builds livekit-server, and prints its path. It needs only the standard library."""

import asyncio
import sys

from sandbox.livekit.build import find_or_build
from sandbox.processes import SandboxFailed


def main() -> None:
    """Print the path of livekit-server. Exits with 1 and the reason if there is none and it cannot be built."""
    try:
        path = asyncio.run(find_or_build(lambda line: print(line, file=sys.stderr, flush=True)))
    except SandboxFailed as failed:
        sys.exit(str(failed))
    except KeyboardInterrupt:
        sys.exit(130)
    print(path)


if __name__ == "__main__":
    main()
