"""Whether the candidate's connection to the room is alive, and whether their microphone is muted."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import suppress

from livekit import rtc

from lifecycle.rooms import CANDIDATE_IDENTITY, ORIGIN_ATTRIBUTE
from models.documents.turn import AccessOrigin

POLL_SECONDS = 0.25
"""Seconds between two polls of the microphone's packet count."""
SUSPECT_POLLS = 2
"""Polls without a new packet after which the connection is in doubt.

A browser sends a packet at least every 0.4 s, even in silence.
"""
DEAD_POLLS = 8
"""Polls without a new packet after which the connection counts as lost."""


class ConnectionMonitor:
    """Detects a lost connection by the packets of the candidate's microphone.

    Packets stop immediately when a connection breaks; LiveKit reports the disconnect after 20 s.
    """

    def __init__(self, room: rtc.Room) -> None:
        self._room = room
        self._packets_received = -1
        self._silent_polls = 0
        self._polled = asyncio.Event()
        self.last_alive_at = 0.0
        """When the candidate was last known to be connected, as `time.time` returns it."""

    async def is_alive(self) -> bool:
        """Return whether packets arrive; while that is in doubt, wait up to 2 s to be certain."""
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL_SECONDS * DEAD_POLLS):
                while SUSPECT_POLLS <= self._silent_polls < DEAD_POLLS:
                    self._polled.clear()
                    await self._polled.wait()
        return self._silent_polls < DEAD_POLLS

    def reset(self) -> None:
        """Start over with a new connection."""
        self._packets_received, self._silent_polls, self.last_alive_at = -1, 0, time.time()

    def has_microphone(self, participant: rtc.RemoteParticipant) -> bool:
        """Return whether a microphone of the participant is subscribed to."""
        return self._find_microphone(participant) is not None

    def is_muted(self) -> bool:
        """Return whether the candidate has muted the microphone."""
        candidate = find_candidate(self._room)
        publication = self._find_microphone(candidate) if candidate else None
        return publication is not None and publication.muted

    async def watch(self) -> AsyncGenerator[bool, None]:
        """Poll the connection, and yield False when packets stop arriving and True when they arrive again.

        Never ends.
        """
        while True:
            await asyncio.sleep(POLL_SECONDS)
            received = await self._count_packets()
            if received is None:
                # no packets are due any more, and a connection that counted as lost has delivered the reason
                was_dead = self._silent_polls >= DEAD_POLLS
                self.reset()
                if was_dead:
                    yield True
            elif received != self._packets_received:
                was_dead = self._silent_polls >= DEAD_POLLS
                self._packets_received, self._silent_polls, self.last_alive_at = received, 0, time.time()
                if was_dead:
                    yield True
            else:
                self._silent_polls += 1
                if self._silent_polls == DEAD_POLLS:
                    yield False
            self._polled.set()

    async def _count_packets(self) -> int | None:
        """Return the packets that the microphone has sent, or None if there is no microphone or it is muted."""
        candidate = find_candidate(self._room)
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


def find_candidate(room: rtc.Room) -> rtc.RemoteParticipant | None:
    """Return the candidate's participant, or None if the candidate is not in the room."""
    participants = room.remote_participants.values()
    return next((participant for participant in participants if participant.identity == CANDIDATE_IDENTITY), None)


def read_access_origin(participant: rtc.RemoteParticipant) -> AccessOrigin | None:
    """Return how the candidate's LiveKit token was obtained; None for a token from before it said so.

    LiveKit sets the attribute from the signed token, and the token does not permit its bearer to change it.
    """
    origin = participant.attributes.get(ORIGIN_ATTRIBUTE)
    return AccessOrigin(origin) if origin in set(AccessOrigin) else None
