"""HEALTHCHECK of the image: asks the process of this container whether it is alive, whichever command it runs."""

import http.client
import os
import sys

API_PORT = os.environ.get("API_PORT") or os.environ.get("PORT") or "8000"
WORKER_PORT = os.environ.get("WORKER_HEALTH_PORT") or "0"
TIMEOUT_SECONDS = 4.0


def is_alive() -> bool:
    """Return whether the API, or else the worker, answers with 200."""
    for port, path in ((int(API_PORT), "/healthz"), (int(WORKER_PORT), "/")):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == http.HTTPStatus.OK
        except ConnectionRefusedError:
            continue
        except OSError:
            return False
        finally:
            connection.close()
    return False


if __name__ == "__main__":
    sys.exit(not is_alive())
