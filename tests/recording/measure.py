"""Measure a recorder: `python -m tests.recording.measure [seconds]` prints CPU and memory of its process, by kind of camera.

`main.py recorder` records a candidate and an interviewer who play tones in a room of a real LiveKit.
"""

import asyncio
import os
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

import settings as configuration
from lifecycle.recorder_dispatch import start_recording
from lifecycle.services import open_services
from sandbox.livekit.server import LivekitServer
from sandbox.mongod import Mongod
from sandbox.processes import ChildProcess
from sandbox.valkey import Valkey
from sandbox.voice_stack import wait_until_registered
from tests.audio import open_microphone, tone
from tests.livekit_probe import make_livekit_settings
from tests.livekit_rooms import find_livekit
from tests.recording.recording_room import RecordingRoom, make_consenting_interview, open_camera, wait_for_recording
from tests.recording.test_worker import MAIN, recorder_environment, recorder_pid

CAMERAS = {"no camera": None, "640 x 360, 15/s": (640, 360, 15), "1280 x 720, 30/s": (1280, 720, 30)}


def cpu_seconds(process: int) -> float:
    """Return the CPU time that the process has used."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_megabytes(process: int) -> tuple[float, float]:
    """Return the process's resident memory, and the part of it that is not shared."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="utf-8").splitlines()[1:]
    kilobytes = {name: int(rest.split()[0]) for name, rest in (line.split(":") for line in lines)}
    return kilobytes["Rss"] / 1000, (kilobytes["Private_Clean"] + kilobytes["Private_Dirty"]) / 1000


async def measure(seconds: float) -> None:
    """Record with each kind of camera for that long, and print the results."""
    table = Table("camera", "CPU, cores", "memory, MB", "unshared, MB", "stored, kB/s")
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        mongod = await stack.enter_async_context(Mongod(folder / "mongod"))
        valkey = await stack.enter_async_context(Valkey(folder / "valkey"))
        livekit = await stack.enter_async_context(LivekitServer(await find_livekit(), folder))
        settings = configuration.Settings(
            _env_file=None,
            mongodb=configuration.MongodbSettings(url=mongod.url, database=f"viva_{uuid4().hex}", migrate_at_start=True),
            redis=configuration.RedisSettings(url=valkey.url),
            auth=configuration.AuthSettings(secret=SecretStr("a secret that is long enough for tests")),
            livekit=make_livekit_settings(livekit),
            recording=configuration.RecordingSettings(store=str(folder / "recordings")),
        )
        worker = ChildProcess(
            [sys.executable, str(MAIN), "recorder"], folder / "log", cwd=folder, environment=recorder_environment(settings)
        )
        await stack.enter_async_context(worker)
        await wait_until_registered(worker)
        services = await stack.enter_async_context(open_services(settings))
        for name, camera in CAMERAS.items():
            interview = await make_consenting_interview()
            recording_room = RecordingRoom(livekit, interview)
            async with AsyncExitStack() as room:
                interviewer = await room.enter_async_context(recording_room.join_as_interviewer())
                candidate = await room.enter_async_context(recording_room.join("candidate"))
                voice = await room.enter_async_context(open_microphone(candidate))
                if camera:
                    await room.enter_async_context(open_camera(candidate, *camera))
                await start_recording(services, interview.id)
                begun = await wait_for_recording(interview, lambda recording: len(recording.parts) == 1)
                process = recorder_pid(begun)
                playing = [asyncio.create_task(microphone.play(tone(440, seconds + 30))) for microphone in (interviewer, voice)]
                await asyncio.sleep(5)
                before = cpu_seconds(process)
                await asyncio.sleep(seconds)
                after = cpu_seconds(process)
                cores = (after - before) / seconds
                parts = Path(settings.recording.store) / str(interview.id)
                size = sum(path.stat().st_size for path in parts.rglob("*") if path.is_file())
                memory, own = memory_megabytes(process)
                table.add_row(
                    name,
                    f"{cores:.2f}",
                    f"{memory:.0f}",
                    f"{own:.0f}",
                    f"{size / 1000 / (seconds + 5):.0f}",
                )
                for task in playing:
                    task.cancel()
                await asyncio.wait(playing)
            await services.rooms.delete_room(interview.id)
            await wait_for_recording(interview, lambda recording: recording.lease is None)
    Console().print(table)


if __name__ == "__main__":
    asyncio.run(measure(float(sys.argv[1]) if len(sys.argv) > 1 else 30))
