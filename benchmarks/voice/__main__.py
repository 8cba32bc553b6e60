"""`make bench-voice`: latency of spoken replies, concurrent interviews, and recovery (docs/performance.md)."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmarks.rig import RESULTS
from benchmarks.voice.candidate import ANSWER
from benchmarks.voice.deployment import VoiceDeployment, deploy_voice
from benchmarks.voice.replies import Integrity, Reply, analyze_replies, check_integrity
from benchmarks.voice.usage import UsageMonitor
from sandbox.caller.participant import VoiceCaller
from sandbox.processes import SandboxFailed
from sandbox.results import describe_machine, percentile, write_section

MAX_REPLY_SECONDS = 2.0
"""Maximum p95 of a reply at which a number of interviews counts as sustained."""
LATENCY_INTERVIEWS = 2
COUNTS, FULL_COUNTS = (4,), (4, 6, 8, 10, 12, 14, 16)
KILLS, FULL_KILLS = 2, 5
LAST_SOUND_SECONDS = 0.5
"""Seconds in which sound of a killed interviewer may still arrive. A later sound is its successor's."""
MAX_RECOVERY_SECONDS = 40.0
IDLE_SECONDS = 3.0
"""Seconds before each kill, in which the worker prepares a spare process, as it has in a deployment where kills are rare."""
WIDTH = 180
STAGES = {
    "total": "end of speech to reply heard",
    "endpointing": "endpointing",
    "providers": "providers",
    "own": "own",
    "final": "end of speech to the recognizer's final text",
    "first_word": "end of endpointing to the first word",
    "first_audio": "first word to the first sound",
    "played": "first sound to played into the room",
    "heard": "played to heard by the candidate",
}
PARTS = ("interviewer", "worker", "recorder", "livekit-server", "providers", "API", "jobs", "mongod, valkey", "candidates")


@dataclass(frozen=True, slots=True)
class Step:
    """Interviews that were held concurrently."""

    count: int
    recording: bool
    replies: list[Reply]
    integrity: Integrity
    usage: UsageMonitor

    @property
    def p95(self) -> float:
        """Seconds of a reply."""
        return percentile([reply.total for reply in self.replies], 0.95)

    @property
    def is_sustained(self) -> bool:
        """Whether replies were in time and all turns intact."""
        return self.integrity.is_intact and self.p95 <= MAX_REPLY_SECONDS


async def hold(deployment: VoiceDeployment, count: int, *, recording: bool) -> Step:
    """Hold interviews concurrently and measure them."""
    async with UsageMonitor() as usage:
        interviews = await deployment.hold_interviews(count, recording=recording)
    replies = [reply for held in interviews for reply in analyze_replies(held)]
    return Step(count, recording, replies, check_integrity(interviews), usage)


async def climb(deployment: VoiceDeployment, counts: Sequence[int]) -> list[Step]:
    """Hold more and more interviews until the machine no longer sustains them, with recordings as long as it can."""
    steps = [await hold(deployment, counts[0], recording=False)]
    recording = True
    for count in counts:
        steps.append(await hold(deployment, count, recording=recording))
        if recording and not steps[-1].is_sustained:
            recording = False
            steps.append(await hold(deployment, count, recording=recording))
        if not steps[-1].is_sustained:
            break
    return steps


async def measure_recovery(deployment: VoiceDeployment, kills: int) -> list[float]:
    """Kill the interviewer's process in mid-sentence; return the seconds until a voice is heard again, for each kill."""
    opened = await deployment.open_interview()
    seconds = []
    async with VoiceCaller(opened.url, opened.token) as caller:
        for _ in range(kills):
            while "?" not in (await caller.listen() or "?"):
                pass
            await asyncio.sleep(IDLE_SECONDS)
            interview, _ = await deployment.read(opened)
            if interview.lease is None:
                raise SandboxFailed("The interview has no interviewer that could be killed.")
            await caller.say(ANSWER)
            await caller.wait_until_spoken_to(0.5)
            killed_at = time.time()
            os.kill(int(interview.lease.holder.split(":")[1]), signal.SIGKILL)
            seconds.append(await _wait_for_voice(caller, killed_at))
    await deployment.end_interview(opened)
    return seconds


async def _wait_for_voice(caller: VoiceCaller, killed_at: float) -> float:
    try:
        async with asyncio.timeout(MAX_RECOVERY_SECONDS):
            while True:
                for sound in caller.sounds:
                    if sound.started_at > killed_at + LAST_SOUND_SECONDS:
                        return sound.started_at - killed_at
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise SandboxFailed(f"No interviewer was heard within {MAX_RECOVERY_SECONDS:.0f} s after the kill.") from None


def latency_table(step: Step) -> Table:
    """Format the stages of a reply."""
    table = Table("seconds", "p50", "p95", title=f"Latency of {len(step.replies)} replies, {step.count} interviews at a time")
    for stage, title in STAGES.items():
        values = [getattr(reply, stage) for reply in step.replies]
        table.add_row(title, f"{percentile(values, 0.5):.3f}", f"{percentile(values, 0.95):.3f}")
    return table


def load_tables(steps: Sequence[Step]) -> list[Table]:
    """Format each step of the load, with CPU and memory by role."""
    load = Table("interviews", "recording", "reply p50 s", "p95 s", "turns", "sustained", title="Interviews at a time")
    cpu = Table("interviews", "recording", *PARTS, title="CPU per interview, in percent of a core")
    memory = Table("interviews", "recording", *PARTS, title="Memory of all processes in MB (PSS)")
    for step in steps:
        head = (str(step.count), "on" if step.recording else "off")
        p50 = percentile([reply.total for reply in step.replies], 0.5)
        defects = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in asdict(step.integrity).items() if count)
        load.add_row(*head, f"{p50:.2f}", f"{step.p95:.2f}", defects or "intact", "yes" if step.is_sustained else "no")
        cpu.add_row(*head, *(f"{100 * step.usage.cores(part) / step.count:.1f}" for part in PARTS))
        memory.add_row(*head, *(f"{step.usage.peak_megabytes[part]:.0f}" for part in PARTS))
    return [load, cpu, memory]


def recovery_table(seconds: Sequence[float]) -> Table:
    """Format the recoveries after kills."""
    table = Table("kills", "median s", "worst s", title="From SIGKILL of an interviewer's process until its successor is heard")
    table.add_row(str(len(seconds)), f"{percentile(seconds, 0.5):.2f}", f"{max(seconds):.2f}")
    return table


async def _measure(console: Console, counts: Sequence[int], kills: int) -> list[Table]:
    async with deploy_voice() as deployment:
        console.print("[dim]latency of replies ...[/]")
        tables = [latency_table(await hold(deployment, LATENCY_INTERVIEWS, recording=False))]
        console.print("[dim]load ...[/]")
        tables += load_tables(await climb(deployment, counts))
        console.print("[dim]recovery ...[/]")
        return [*tables, recovery_table(await measure_recovery(deployment, kills))]


def main(*, full: Annotated[bool, typer.Option(help="Up to sixteen interviews and five kills.")] = False) -> None:
    """Measure interviews by voice. Nothing else should be running on the machine."""
    console = Console(highlight=False)
    console.width = max(console.width, WIDTH)
    machine = describe_machine()
    try:
        tables = asyncio.run(_measure(console, FULL_COUNTS if full else COUNTS, FULL_KILLS if full else KILLS))
    except SandboxFailed as failed:
        console.print(f"[red]{escape(str(failed))}[/]")
        sys.exit(1)
    console.print(*tables)
    write_section(RESULTS, "Interviews by voice", f"By `make bench-voice`. {machine}.", tables)


if __name__ == "__main__":
    typer.run(main)
