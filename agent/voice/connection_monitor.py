"""Whether the candidate's microphone reaches us: LiveKit tells of a lost connection after 20 s, packets that stop at once."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from livekit import rtc

from lifecycle.rooms import CANDIDATE_IDENTITY

POLL_SECONDS = 0.25
SUSPECT_POLLS = 2
"""looks without a packet: in silence a browser sends one at least every 0.4 s"""
DEAD_POLLS = 8
"""looks without a packet after which the line is dead"""


class ConnectionMonitor:
    """Watches the packets of the candidate's microphone. `on_change` is called with False when they stop, with True
    when they come."""

    def __init__(self, room: rtc.Room, on_change: Callable[[bool], None]) -> None:
        self._room = room
        self._on_change = on_change
        self._packets_received = -1
        self._silent_polls = 0
        self._polled = asyncio.Event()

    async def is_alive(self) -> bool:
        """Whether what was heard last was the candidate's own end of it; waits while that is in doubt, for 2 s at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL_SECONDS * DEAD_POLLS):
                while SUSPECT_POLLS <= self._silent_polls < DEAD_POLLS:
                    self._polled.clear()
                    await self._polled.wait()
        return self._silent_polls < DEAD_POLLS

    def reset(self) -> None:
        """A new connection is watched from here."""
        self._packets_received, self._silent_polls = -1, 0

    def has_microphone(self, participant: rtc.RemoteParticipant) -> bool:
        """Whether a microphone of theirs is subscribed to."""
        return self._find_microphone(participant) is not None

    async def run(self) -> None:
        """Look, again and again. Never ends."""
        while True:
            await asyncio.sleep(POLL_SECONDS)
            received = await self._count_packets()
            if received is None:
                self.reset()
            elif received != self._packets_received:
                was_dead, self._packets_received, self._silent_polls = self._silent_polls >= DEAD_POLLS, received, 0
                if was_dead:
                    self._on_change(True)
            else:
                self._silent_polls += 1
                if self._silent_polls == DEAD_POLLS:
                    self._on_change(False)
            self._polled.set()

    async def _count_packets(self) -> int | None:
        """Packets of the open microphone so far; None where there is none, or it is muted, which sends nothing."""
        candidate = next((one for one in self._room.remote_participants.values() if one.identity == CANDIDATE_IDENTITY), None)
        publication = self._find_microphone(candidate) if candidate else None
        if publication is None or publication.muted or publication.track is None:
            return None
        for stats in await publication.track.get_stats():
            if stats.HasField("inbound_rtp"):
                return int(stats.inbound_rtp.received.packets_received)
        return None

    def _find_microphone(self, participant: rtc.RemoteParticipant) -> rtc.RemoteTrackPublication | None:
        for publication in participant.track_publications.values():
            if publication.source == rtc.TrackSource.SOURCE_MICROPHONE and publication.track is not None:
                return publication
        return None
