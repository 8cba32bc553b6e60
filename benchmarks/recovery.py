"""From kill -9 of an interviewer's process until the candidate hears the next one."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator

from benchmarks.candidate import ANSWER
from benchmarks.rig import Opened, Rig, brought_up
from sandbox.caller.participant import Caller
from sandbox.processes import SandboxFailed

LAST_SOUND_SECONDS = 0.5
"""what had been said when the process died may be heard for so long: what begins later is somebody else"""
MOST_SECONDS = 40.0
LOOK_SECONDS = 0.02
IDLE_SECONDS = 3.0
"""for a process to stand ready again, as in a deployment that is not killed all the time"""


async def kill(times: int) -> AsyncIterator[float]:
    """Kill the interviewer's process in mid-sentence, so often; the seconds until a voice is heard again, each time.

    Raises SandboxFailed when none is.
    """
    async with brought_up("recovery", times + 1, {}) as rig:
        opened = await rig.open_interview(times + 1)
        async with Caller(opened.url, opened.token) as caller:
            for _ in range(times):
                while "?" not in (await caller.listen() or "?"):
                    pass
                await asyncio.sleep(IDLE_SECONDS)
                interviewer = await _interviewer(rig, opened)
                await caller.say(ANSWER)
                await caller.wait_until_spoken_to(0.5)
                killed_at = time.time()
                os.kill(interviewer, signal.SIGKILL)
                yield await _wait_for_voice(caller, killed_at)
        await rig.end_interview(opened)


async def _interviewer(rig: Rig, opened: Opened) -> int:
    interview, _ = await rig.read(opened)
    if interview.lease is None:
        raise SandboxFailed("Nobody holds the interview that is to be interrupted.")
    return int(interview.lease.holder.split(":")[1])


async def _wait_for_voice(caller: Caller, killed_at: float) -> float:
    try:
        async with asyncio.timeout(MOST_SECONDS):
            while True:
                for sound in caller.sounds:
                    if sound.started_at > killed_at + LAST_SOUND_SECONDS:
                        return sound.started_at - killed_at
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        raise SandboxFailed(f"Nobody was heard for {MOST_SECONDS:.0f} s after the interviewer's process was killed.") from None
