"""The API's server: its address, which several processes may share, and how it ends."""

import asyncio
import socket

import uvicorn

from cli.common import exit_with_error
from settings import ApiSettings


class ApiServer(uvicorn.Server):
    """uvicorn, which tells when it begins to end: it closes WebSockets by itself (1012), but waits for streams over HTTP."""

    def __init__(self, config: uvicorn.Config, closing: asyncio.Event) -> None:
        super().__init__(config)
        self._closing = closing

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Set `closing_reserve`, then end as uvicorn does: what is under way may finish within its own bound."""
        self._closing.set()
        await super().shutdown(sockets)


def bind_shared_sockets(api: ApiSettings) -> list[socket.socket]:
    """Sockets on the API's address beside those of other processes. They do not listen yet: nobody is sent here too soon.

    Ends the process with a sentence when the address cannot be used or shared.
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
            f"API_HOST, API_PORT: this address cannot be used ({error.strerror}). Processes that share one are of one user, and "
            "each has API_REUSE_PORT=true."
        ) from None
    return sockets
