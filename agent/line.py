"""Whether the candidate's microphone reaches us: LiveKit tells of a lost connection after 20 s, packets that stop at once."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from livekit import rtc

from lifecycle.rooms import CANDIDATE

LOOK_SECONDS = 0.25
DOUBTFUL_LOOKS = 2
"""looks without a packet: in silence a browser sends one at least every 0.4 s"""
SILENT_LOOKS = 8
"""looks without a packet after which the line is dead"""


class Line:
    """Watches the packets of the candidate's microphone. `tell` is called with False when they stop, with True when they come."""

    def __init__(self, room: rtc.Room, tell: Callable[[bool], None]) -> None:
        self._room = room
        self._tell = tell
        self._received = -1
        self._silent_looks = 0
        self._looked = asyncio.Event()

    async def is_alive(self) -> bool:
        """Whether what was heard last was the candidate's own end of it; waits while that is in doubt, for 2 s at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS * SILENT_LOOKS):
                while DOUBTFUL_LOOKS <= self._silent_looks < SILENT_LOOKS:
                    self._looked.clear()
                    await self._looked.wait()
        return self._silent_looks < SILENT_LOOKS

    def renew(self) -> None:
        """A new connection is watched from here."""
        self._received, self._silent_looks = -1, 0

    def is_open(self, participant: rtc.RemoteParticipant) -> bool:
        """Whether a microphone of theirs is subscribed to."""
        return self._microphone(participant) is not None

    async def watch(self) -> None:
        """Look, again and again. Never ends."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            received = await self._count()
            if received is None:
                self.renew()
            elif received != self._received:
                was_dead, self._received, self._silent_looks = self._silent_looks >= SILENT_LOOKS, received, 0
                if was_dead:
                    self._tell(True)
            else:
                self._silent_looks += 1
                if self._silent_looks == SILENT_LOOKS:
                    self._tell(False)
            self._looked.set()

    async def _count(self) -> int | None:
        """Packets of the open microphone so far; None where there is none, or it is muted, which sends nothing."""
        candidate = next((one for one in self._room.remote_participants.values() if one.identity == CANDIDATE), None)
        publication = self._microphone(candidate) if candidate else None
        if publication is None or publication.muted or publication.track is None:
            return None
        for stats in await publication.track.get_stats():
            if stats.HasField("inbound_rtp"):
                return int(stats.inbound_rtp.received.packets_received)
        return None

    def _microphone(self, participant: rtc.RemoteParticipant) -> rtc.RemoteTrackPublication | None:
        for publication in participant.track_publications.values():
            if publication.source == rtc.TrackSource.SOURCE_MICROPHONE and publication.track is not None:
                return publication
        return None
