"""Data loaders: fields of several objects share one query.

Nothing is cached between batches, because a subscription lives for hours and must not receive stale
data.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing
from functools import partial
from typing import TypeVar

from bson import ObjectId
from strawberry.dataloader import DataLoader

from engine.limits import OperationLimits, Pacer, ReadMeter
from models.documents.consent_text import AgreedConsentText, find_consent_texts
from models.documents.evaluation import (
    Evaluation,
    get_evaluation_versions,
    list_evaluations_for_interviews,
    list_version_numbers,
)
from models.documents.interview import Interview, get_interviews
from models.documents.judgement import JudgementDocument, list_judgements_of_evaluations
from models.documents.position import Position, get_positions
from models.documents.recording import RecordingFile, list_recordings_for_interviews
from models.documents.turn import Turn, TurnRange, iterate_turn_ranges, iterate_turns, read_turns_by_seq
from models.documents.turn_correction import TurnCorrection, list_corrections
from models.reads.interview_usage import InterviewUsage, read_interview_usages
from models.reads.pagination import Page
from models.reads.reply_latency import ReplyLatency, read_reply_latencies

K = TypeVar("K")
V = TypeVar("V")

TurnKey = tuple[ObjectId, int]
"""The id of the interview, and the turn's seq."""
EvaluationKey = tuple[ObjectId, int]
"""The id of the interview, and the evaluation's version."""
TranscriptKey = tuple[ObjectId, int, int]
"""The id of the interview, the seq after which turns are read, and their maximum number; 0 means all."""


ROWS_PER_ITERATION = 100
"""Turns after which other operations run. The driver returns thousands without giving way to them."""


class _Loader(DataLoader[K, V]):
    """A loader that caches nothing, and returns to a few of its callers at a time because there may be thousands."""

    def __init__(self, load: Callable[[list[K]], Awaitable[Sequence[V]]], pacer: Pacer) -> None:
        super().__init__(load, cache=False)
        self._pacer = pacer

    async def load(self, key: K) -> V:
        await self._pacer.wait_until_idle()
        value = await super().load(key)
        await self._pacer.wait_for_turn()
        return value


class Loaders:
    """The loaders of one operation.

    They load data of interviews that the caller has been authorized to read.
    """

    def __init__(self, limits: OperationLimits) -> None:
        self.read_meter = ReadMeter(limits)
        """Counts what can be large: turns of transcripts, positions and raw judgements."""
        self.pacer = Pacer()
        self.interviews: DataLoader[ObjectId, Interview | None] = _Loader(_load_interviews, self.pacer)
        self.positions: DataLoader[ObjectId, Position | None] = _Loader(partial(_load_positions, self.read_meter), self.pacer)
        self.evaluations: DataLoader[ObjectId, list[Evaluation]] = _Loader(_load_evaluations, self.pacer)
        """All versions, newest first, by interview."""
        self.version_numbers: DataLoader[ObjectId, list[int]] = _Loader(_load_version_numbers, self.pacer)
        """Numbers of all versions of the evaluation, newest first, by interview."""
        self.evaluation_versions: DataLoader[EvaluationKey, Evaluation | None] = _Loader(_load_evaluation_versions, self.pacer)
        self.latencies: DataLoader[ObjectId, ReplyLatency | None] = _Loader(_load_latencies, self.pacer)
        """Latency of spoken replies, by interview."""
        self.usages: DataLoader[ObjectId, InterviewUsage | None] = _Loader(_load_usages, self.pacer)
        """Tokens and cost, by interview."""
        self.recordings: DataLoader[ObjectId, list[RecordingFile]] = _Loader(_load_recordings, self.pacer)
        """All files, by interview."""
        self.turn_ranges: DataLoader[TurnRange, list[Turn]] = _Loader(partial(_load_turn_ranges, self.read_meter), self.pacer)
        self.transcripts: DataLoader[TranscriptKey, list[Turn]] = _Loader(partial(_load_transcripts, self.read_meter), self.pacer)
        self.judgements: DataLoader[ObjectId, list[JudgementDocument]] = _Loader(
            partial(_load_judgements, self.read_meter), self.pacer
        )
        """The judge's raw answers in the order of the passes, by evaluation."""
        self.turns: DataLoader[TurnKey, Turn | None] = _Loader(_load_turns, self.pacer)
        self.corrections: DataLoader[ObjectId, list[TurnCorrection]] = _Loader(_load_corrections, self.pacer)
        """All corrections by seq, by interview."""
        self.consent_texts: DataLoader[str, AgreedConsentText | None] = _Loader(_load_consent_texts, self.pacer)
        """Texts that candidates agreed to, by digest."""

    def begin_execution(self) -> None:
        """Let the operation, or an event of a subscription, read as much as its limits allow."""
        self.read_meter.reset()

    async def read_positions(self, page: Callable[[], Awaitable[Page[Position]]]) -> Page[Position]:
        """Read a page of positions, one page at a time, and count it."""
        async with self.read_meter.turn:
            # a page that follows one that was too large is not read
            self.read_meter.add_bytes(0)
            found = await page()
            _count_positions(self.read_meter, found.items)
        return found

    async def read_turns(self, interview_id: ObjectId, after: int, limit: int) -> list[Turn]:
        """Return turns with seq > `after`, in order; at most `limit` of them unless it is 0."""
        return await self.transcripts.load((interview_id, after, limit))


async def _load_interviews(interview_ids: Sequence[ObjectId]) -> list[Interview | None]:
    found: dict[ObjectId, Interview] = {interview.id: interview for interview in await get_interviews(list(set(interview_ids)))}
    return [found.get(interview_id) for interview_id in interview_ids]


def _count_positions(meter: ReadMeter, positions: Iterable[Position]) -> None:
    for position in positions:
        meter.add_bytes(len(position.model_dump_json()))


async def _load_positions(meter: ReadMeter, position_ids: Sequence[ObjectId]) -> list[Position | None]:
    async with meter.turn:
        meter.add_bytes(0)
        positions = await get_positions(list(set(position_ids)))
        _count_positions(meter, positions)
    found: dict[ObjectId, Position] = {position.id: position for position in positions}
    return [found.get(position_id) for position_id in position_ids]


async def _load_evaluations(interview_ids: Sequence[ObjectId]) -> list[list[Evaluation]]:
    versions: defaultdict[ObjectId, list[Evaluation]] = defaultdict(list)
    for evaluation in await list_evaluations_for_interviews(list(set(interview_ids))):
        versions[evaluation.interview_id].append(evaluation)
    return [versions[interview_id] for interview_id in interview_ids]


async def _load_version_numbers(interview_ids: Sequence[ObjectId]) -> list[list[int]]:
    numbers = await list_version_numbers(list(set(interview_ids)))
    return [numbers.get(interview_id, []) for interview_id in interview_ids]


async def _load_evaluation_versions(keys: Sequence[EvaluationKey]) -> list[Evaluation | None]:
    versions: defaultdict[ObjectId, set[int]] = defaultdict(set)
    for interview_id, version in keys:
        versions[interview_id].add(version)
    found: dict[EvaluationKey, Evaluation] = {
        (evaluation.interview_id, evaluation.version): evaluation for evaluation in await get_evaluation_versions(versions)
    }
    return [found.get(key) for key in keys]


async def _load_latencies(interview_ids: Sequence[ObjectId]) -> list[ReplyLatency | None]:
    found = await read_reply_latencies(list(set(interview_ids)))
    return [found.get(interview_id) for interview_id in interview_ids]


async def _load_usages(interview_ids: Sequence[ObjectId]) -> list[InterviewUsage | None]:
    found = await read_interview_usages(list(set(interview_ids)))
    return [found.get(interview_id) for interview_id in interview_ids]


async def _load_recordings(interview_ids: Sequence[ObjectId]) -> list[list[RecordingFile]]:
    found: dict[ObjectId, list[RecordingFile]] = {
        recording.interview_id: recording.files for recording in await list_recordings_for_interviews(list(set(interview_ids)))
    }
    return [found.get(interview_id, []) for interview_id in interview_ids]


async def _load_turn_ranges(meter: ReadMeter, ranges: Sequence[TurnRange]) -> list[list[Turn]]:
    turns: defaultdict[ObjectId, dict[int, Turn]] = defaultdict(dict)
    async with aclosing(iterate_turn_ranges(list(set(ranges)))) as found:
        async for turn in found:
            meter.add_row(turn.text)
            turns[turn.interview_id][turn.seq] = turn
            if turn.seq % ROWS_PER_ITERATION == 0:
                await asyncio.sleep(0)
    return [
        [turns[interview_id][seq] for seq in range(first, last + 1) if seq in turns[interview_id]]
        for interview_id, first, last in ranges
    ]


async def _load_transcripts(meter: ReadMeter, keys: Sequence[TranscriptKey]) -> list[list[Turn]]:
    interviews: defaultdict[tuple[int, int], set[ObjectId]] = defaultdict(set)
    for interview_id, after, limit in keys:
        interviews[after, limit].add(interview_id)
    # one read for each pair of arguments: a document has few, and each interview of a page has the same
    transcripts: defaultdict[TranscriptKey, list[Turn]] = defaultdict(list)
    for (after, limit), interview_ids in interviews.items():
        async with aclosing(iterate_turns(list(interview_ids), after, limit)) as turns:
            async for turn in turns:
                meter.add_row(turn.text)
                transcripts[turn.interview_id, after, limit].append(turn)
                if turn.seq % ROWS_PER_ITERATION == 0:
                    await asyncio.sleep(0)
    return [transcripts[key] for key in keys]


async def _load_judgements(meter: ReadMeter, evaluation_ids: Sequence[ObjectId]) -> list[list[JudgementDocument]]:
    judgements: defaultdict[ObjectId, list[JudgementDocument]] = defaultdict(list)
    for judgement in await list_judgements_of_evaluations(list(set(evaluation_ids))):
        meter.add_row(judgement.text)
        judgements[judgement.evaluation_id].append(judgement)
    return [judgements[evaluation_id] for evaluation_id in evaluation_ids]


async def _load_turns(keys: Sequence[TurnKey]) -> list[Turn | None]:
    seqs: defaultdict[ObjectId, set[int]] = defaultdict(set)
    for interview_id, seq in keys:
        seqs[interview_id].add(seq)
    found = {(turn.interview_id, turn.seq): turn for turn in await read_turns_by_seq(seqs)}
    return [found.get(key) for key in keys]


async def _load_corrections(interview_ids: Sequence[ObjectId]) -> list[list[TurnCorrection]]:
    corrections: defaultdict[ObjectId, list[TurnCorrection]] = defaultdict(list)
    for correction in await list_corrections(list(set(interview_ids))):
        corrections[correction.interview_id].append(correction)
    return [corrections[interview_id] for interview_id in interview_ids]


async def _load_consent_texts(digests: Sequence[str]) -> list[AgreedConsentText | None]:
    found = {text.digest: text for text in await find_consent_texts(list(set(digests)))}
    return [found.get(digest) for digest in digests]
