"""`main.py serve`: the API's server process."""

import asyncio
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress

import uvicorn
from starlette.applications import Starlette

from api.client_addresses import build_proxy_options
from api.http import MAX_FRAME_BYTES, security_headers
from api.request_limits import BoundedHttpProtocol, choose_max_connections
from api.socket_limits import PacedSocketProtocol
from cli.common import (
    check_database,
    exit_with_error,
    load_settings,
    open_recording_store,
    require_auth_secret,
    require_valid_signing_keys,
    run_or_exit,
)
from settings import ApiSettings, Settings


def run_api(create_app: Callable[[Settings, asyncio.Event], Starlette]) -> None:
    """Serve the API until SIGTERM or SIGINT, or exit with 2 when a setting is unusable or MongoDB does not answer."""
    settings = load_settings()
    require_auth_secret(settings)
    require_valid_signing_keys(settings)
    open_recording_store(settings)
    shutdown = asyncio.Event()
    try:
        app = create_app(settings, shutdown)
    except ValueError:
        raise exit_with_error(
            "API_ALLOWED_ORIGINS: an origin is scheme and host only, such as https://hr.example, without a path."
        ) from None
    # uvicorn would report a failed lifespan with a traceback.
    run_or_exit(check_database(settings))
    # After draining, uvicorn raises the signal again for the code that started it. The shutdown succeeded, so exit with 0.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    config = uvicorn.Config(
        app,
        host=settings.api.host,
        port=settings.api.port,
        http=BoundedHttpProtocol,
        limit_concurrency=settings.api.max_connections or choose_max_connections(),
        ws=PacedSocketProtocol,
        ws_max_size=MAX_FRAME_BYTES,
        ws_per_message_deflate=settings.api.compression,
        timeout_graceful_shutdown=settings.api.drain_seconds,
        server_header=False,
        headers=security_headers(settings.api),
        access_log=False,
        log_config=None,
        **build_proxy_options(settings.api),
    )
    with suppress(KeyboardInterrupt):
        _ApiServer(config, shutdown).run(_bind_shared_sockets(settings.api) if settings.api.reuse_port else None)


class _ApiServer(uvicorn.Server):
    """A uvicorn server that announces its shutdown. uvicorn closes WebSockets (1012), but waits for HTTP streams to end."""

    def __init__(self, config: uvicorn.Config, shutdown: asyncio.Event) -> None:
        super().__init__(config)
        self._shutdown_started = shutdown

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Set the shutdown event, then shut down as uvicorn does."""
        self._shutdown_started.set()
        await super().shutdown(sockets)


def _bind_shared_sockets(api: ApiSettings) -> list[socket.socket]:
    """Bind the API's address with SO_REUSEPORT, so that other processes can share it, and exit with 2 when that fails.

    uvicorn calls listen() once the application has started: the kernel sends no connection here before that.
    """
    try:
        addresses = socket.getaddrinfo(api.host, api.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        sockets = []
        for family, kind, protocol, _, address in dict.fromkeys(addresses):
            sockets.append(bound_socket := socket.socket(family, kind, protocol))
            bound_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            if family == socket.AF_INET6:
                bound_socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            bound_socket.bind(address)
    except OSError as error:
        raise exit_with_error(
            f"API_HOST, API_PORT: this address cannot be used ({error.strerror}). Processes that share an address must run as "
            "the same user, each with API_REUSE_PORT=true."
        ) from None
    return sockets
