"""Data loaders: fields of several objects share one query.

Nothing is cached between batches, because a subscription lives for hours and must not receive stale
data.
"""

from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from functools import partial
from typing import Any, Protocol, TypeVar

from bson import ObjectId
from strawberry.dataloader import DataLoader

from engine.limits import ROW_BYTES, LoopShare, OperationLimits, Pacer, ReadMeter
from models.documents.consent_text import AgreedConsentText, find_consent_texts
from models.documents.evaluation import (
    Evaluation,
    find_evaluation_versions,
    find_evaluations_of_interviews,
    list_version_numbers,
)
from models.documents.interview import Interview, find_interviews
from models.documents.judgement import JudgementDocument, find_judgements
from models.documents.organization import Organization, find_organizations
from models.documents.position import Position, find_positions
from models.documents.recording import RecordingFile, find_recordings
from models.documents.turn import Turn, TurnRange, iterate_turn_ranges, iterate_turns, iterate_turns_by_seq
from models.documents.turn_correction import TurnCorrection, find_corrections
from models.reads.interview_list import count_interviews_by_position
from models.reads.interview_row import InterviewRow
from models.reads.interview_usage import InterviewUsage, read_interview_usages
from models.reads.reply_latency import ReplyLatency, read_reply_latencies

K = TypeVar("K")
V = TypeVar("V")
P = TypeVar("P", bound="ListPage")

TurnKey = tuple[ObjectId, int]
"""The id of the interview, and the turn's seq."""
EvaluationKey = tuple[ObjectId, int]
"""The id of the interview, and the evaluation's version."""
TranscriptKey = tuple[ObjectId, int, int]
"""The id of the interview, the seq after which turns are read, and their maximum number; 0 means all."""


ROWS_PER_ITERATION = 100
"""Turns after which other operations run. The driver returns thousands without giving way to them."""


class ListPage(Protocol):
    """A page of any list."""

    @property
    def items(self) -> list[Any]:
        """The documents, or rows of them."""


class _Loader(DataLoader[K, V]):
    """A loader that caches nothing, and returns to a few of its callers at a time because there may be thousands.

    `load` counts what it reads.
    """

    def __init__(self, load: Callable[[ReadMeter, list[K]], Awaitable[Sequence[V]]], loaders: "Loaders") -> None:
        super().__init__(partial(load, loaders.read_meter), cache=False)
        self._pacer = loaders.pacer

    async def load(self, key: K) -> V:
        await self._pacer.wait_until_idle()
        value = await super().load(key)
        await self._pacer.wait_for_turn()
        return value


class Loaders:
    """The loaders of one operation.

    They load data of interviews that the caller has been authorized to read.
    """

    def __init__(self, limits: OperationLimits, share: LoopShare | None = None) -> None:
        """`share` is that of costly operations."""
        self.read_meter = ReadMeter(limits, share)
        """Counts everything that the loaders and the pages of lists read."""
        self.pacer = Pacer(share)
        self.interviews: DataLoader[ObjectId, Interview | None] = _Loader(_load_interviews, self)
        self.organizations: DataLoader[ObjectId, Organization | None] = _Loader(_load_organizations, self)
        self.positions: DataLoader[ObjectId, Position | None] = _Loader(_load_positions, self)
        self.interview_counts: DataLoader[tuple[ObjectId, str], int] = _Loader(_load_interview_counts, self)
        """Number of listed interviews, by organization and key of the position."""
        self.evaluations: DataLoader[ObjectId, list[Evaluation]] = _Loader(_load_evaluations, self)
        """All versions, newest first, by interview."""
        self.version_numbers: DataLoader[ObjectId, list[int]] = _Loader(_load_version_numbers, self)
        """Numbers of all versions of the evaluation, newest first, by interview."""
        self.evaluation_versions: DataLoader[EvaluationKey, Evaluation | None] = _Loader(_load_evaluation_versions, self)
        self.latencies: DataLoader[ObjectId, ReplyLatency | None] = _Loader(_load_latencies, self)
        """Latency of spoken replies, by interview."""
        self.usages: DataLoader[ObjectId, InterviewUsage | None] = _Loader(_load_usages, self)
        """Tokens and cost, by interview."""
        self.recordings: DataLoader[ObjectId, list[RecordingFile]] = _Loader(_load_recordings, self)
        """All files, by interview."""
        self.turn_ranges: DataLoader[TurnRange, list[Turn]] = _Loader(_load_turn_ranges, self)
        self.transcripts: DataLoader[TranscriptKey, list[Turn]] = _Loader(_load_transcripts, self)
        self.judgements: DataLoader[ObjectId, list[JudgementDocument]] = _Loader(_load_judgements, self)
        """The judge's raw answers in the order of the passes, by evaluation."""
        self.turns: DataLoader[TurnKey, Turn | None] = _Loader(_load_turns, self)
        self.corrections: DataLoader[ObjectId, list[TurnCorrection]] = _Loader(_load_corrections, self)
        """All corrections by seq, by interview."""
        self.consent_texts: DataLoader[str, AgreedConsentText | None] = _Loader(_load_consent_texts, self)
        """Texts that candidates agreed to, by digest."""

    def begin_execution(self) -> None:
        """Let the operation, or an event of a subscription, read as much as its limits allow."""
        self.read_meter.reset()

    async def read_page(self, read: Callable[[], Awaitable[P]]) -> P:
        """Read a page of a list, one page at a time, and count it. Raises ResponseTooLarge."""
        async with self.read_meter.turn:
            # a page that follows one that was too large is not read
            self.read_meter.add_bytes(0)
            page = await read()
            self.read_meter.add_document([item.values if isinstance(item, InterviewRow) else item for item in page.items])
        return page

    async def read_turns(self, interview_id: ObjectId, after: int, limit: int) -> list[Turn]:
        """Return turns with seq > `after`, in order; at most `limit` of them unless it is 0."""
        return await self.transcripts.load((interview_id, after, limit))


async def _load_interviews(meter: ReadMeter, interview_ids: Sequence[ObjectId]) -> list[Interview | None]:
    found = {interview.id: interview async for interview in meter.count(find_interviews(list(set(interview_ids))))}
    return [found.get(interview_id) for interview_id in interview_ids]


async def _load_organizations(meter: ReadMeter, organization_ids: Sequence[ObjectId]) -> list[Organization | None]:
    found = {each.id: each async for each in meter.count(find_organizations(list(set(organization_ids))))}
    return [found.get(organization_id) for organization_id in organization_ids]


async def _load_positions(meter: ReadMeter, position_ids: Sequence[ObjectId]) -> list[Position | None]:
    found = {position.id: position async for position in meter.count(find_positions(list(set(position_ids))))}
    return [found.get(position_id) for position_id in position_ids]


async def _load_interview_counts(meter: ReadMeter, positions: Sequence[tuple[ObjectId, str]]) -> list[int]:
    keys: defaultdict[ObjectId, set[str]] = defaultdict(set)
    for organization_id, key in positions:
        keys[organization_id].add(key)
    counts = {owner: await count_interviews_by_position(owner, sorted(owned)) for owner, owned in keys.items()}
    meter.add_bytes(ROW_BYTES * sum(map(len, counts.values())))
    return [counts[organization_id].get(key, 0) for organization_id, key in positions]


async def _load_evaluations(meter: ReadMeter, interview_ids: Sequence[ObjectId]) -> list[list[Evaluation]]:
    versions: defaultdict[ObjectId, list[Evaluation]] = defaultdict(list)
    async for evaluation in meter.count(find_evaluations_of_interviews(list(set(interview_ids)))):
        versions[evaluation.interview_id].append(evaluation)
    return [versions[interview_id] for interview_id in interview_ids]


async def _load_version_numbers(meter: ReadMeter, interview_ids: Sequence[ObjectId]) -> list[list[int]]:
    numbers = await list_version_numbers(list(set(interview_ids)))
    meter.add_document(list(numbers.values()))
    return [numbers.get(interview_id, []) for interview_id in interview_ids]


async def _load_evaluation_versions(meter: ReadMeter, keys: Sequence[EvaluationKey]) -> list[Evaluation | None]:
    versions: defaultdict[ObjectId, set[int]] = defaultdict(set)
    for interview_id, version in keys:
        versions[interview_id].add(version)
    found: dict[EvaluationKey, Evaluation] = {}
    async for evaluation in meter.count(find_evaluation_versions(versions)):
        found[evaluation.interview_id, evaluation.version] = evaluation
    return [found.get(key) for key in keys]


async def _load_latencies(meter: ReadMeter, interview_ids: Sequence[ObjectId]) -> list[ReplyLatency | None]:
    found = await read_reply_latencies(list(set(interview_ids)))
    meter.add_bytes(ROW_BYTES * sum(latency.replies for latency in found.values()))
    return [found.get(interview_id) for interview_id in interview_ids]


async def _load_usages(meter: ReadMeter, interview_ids: Sequence[ObjectId]) -> list[InterviewUsage | None]:
    found = await read_interview_usages(list(set(interview_ids)))
    meter.add_bytes(ROW_BYTES * len(found))
    return [found.get(interview_id) for interview_id in interview_ids]


async def _load_recordings(meter: ReadMeter, interview_ids: Sequence[ObjectId]) -> list[list[RecordingFile]]:
    found: dict[ObjectId, list[RecordingFile]] = {}
    async for recording in meter.count(find_recordings(list(set(interview_ids)))):
        found[recording.interview_id] = recording.files
    return [found.get(interview_id, []) for interview_id in interview_ids]


async def _load_turn_ranges(meter: ReadMeter, ranges: Sequence[TurnRange]) -> list[list[Turn]]:
    turns: defaultdict[ObjectId, dict[int, Turn]] = defaultdict(dict)
    async for turn in _count_turns(meter, iterate_turn_ranges(list(set(ranges)))):
        turns[turn.interview_id][turn.seq] = turn
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
        async for turn in _count_turns(meter, iterate_turns(list(interview_ids), after, limit)):
            transcripts[turn.interview_id, after, limit].append(turn)
    return [transcripts[key] for key in keys]


async def _load_judgements(meter: ReadMeter, evaluation_ids: Sequence[ObjectId]) -> list[list[JudgementDocument]]:
    judgements: defaultdict[ObjectId, list[JudgementDocument]] = defaultdict(list)
    async for judgement in meter.count(find_judgements(list(set(evaluation_ids)))):
        judgements[judgement.evaluation_id].append(judgement)
    return [judgements[evaluation_id] for evaluation_id in evaluation_ids]


async def _load_turns(meter: ReadMeter, keys: Sequence[TurnKey]) -> list[Turn | None]:
    seqs: defaultdict[ObjectId, set[int]] = defaultdict(set)
    for interview_id, seq in keys:
        seqs[interview_id].add(seq)
    found: dict[TurnKey, Turn] = {}
    async for turn in _count_turns(meter, iterate_turns_by_seq(seqs)):
        found[turn.interview_id, turn.seq] = turn
    return [found.get(key) for key in keys]


async def _load_corrections(meter: ReadMeter, interview_ids: Sequence[ObjectId]) -> list[list[TurnCorrection]]:
    corrections: defaultdict[ObjectId, list[TurnCorrection]] = defaultdict(list)
    async for correction in meter.count(find_corrections(list(set(interview_ids)))):
        corrections[correction.interview_id].append(correction)
    return [corrections[interview_id] for interview_id in interview_ids]


async def _load_consent_texts(meter: ReadMeter, digests: Sequence[str]) -> list[AgreedConsentText | None]:
    found = {text.digest: text async for text in meter.count(find_consent_texts(list(set(digests))))}
    return [found.get(digest) for digest in digests]


async def _count_turns(meter: ReadMeter, turns: AsyncGenerator[Turn]) -> AsyncGenerator[Turn]:
    """Yield the turns and count each by its text, which is most of it."""
    async with aclosing(turns):
        async for turn in turns:
            meter.add_row(turn.text)
            yield turn
            if turn.seq % ROWS_PER_ITERATION == 0:
                await meter.give_way()
