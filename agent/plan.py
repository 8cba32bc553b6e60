"""The plan of an interview: which moves are allowed now, which question, what code says. Pure: all follows from the stored turns.

Every candidate gets the same core questions, in the same order and in the position's own words. A contribution is all that the
candidate has said since the interviewer's last answer, in however many turns; a reply to it is one move:

    NEXT     a bridging sentence, then the next core question      counts as an exchange
    PROBE    one question more on the open one                     counts as an exchange
    REPEAT, CLARIFY, WAIT   the open question stays open; at most TRIES of each per question
    STOP     ask for confirmation of the candidate's wish to end
    CLOSE    the end                                               counts as an exchange, unless it answers a STOP

With W = wrap_up_after_exchanges, u = exchanges counted with this one, r = core questions not asked yet, m = minutes left beyond
those reserved for the closing, and t = minutes kept for each answer (half of an even share, at most MINUTES_PER_ANSWER):

    NEXT     r > 0, u < W, m > 0
    PROBE    fewer than max_probes on the open question, W - u > r, m >= (r + 1) t
    CLOSE    when NEXT is not allowed, or to confirm a STOP

As a position's W is at least its number of questions, W - u >= r holds at every NEXT: no probe ever costs a core question.
Every move is bounded (STOP never follows a STOP that was heard), so an interview ends whatever is chosen. A request whose tries
are used up is answered by going on, and the interviewer says so.

What the candidate wrote before a question was stored can not answer it, and a yes from before a STOP does not confirm it. When a
contribution holds nothing later (a message sent before the greeting, the rest of a burst), what was asked is put again, once,
in place of NEXT or PROBE. What is spoken is placed by its time instead: who begins to speak while a question is heard answers it.

A turn of the interviewer's without a move was cut off before it was heard: it is as if it had not been said. So an answer that
was taken to be over too early, and goes on, stays one contribution, and no question is skipped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.phrases import get_phrases, normalize_answer
from models.documents.interview import EndReason, Progress
from models.documents.position import PositionContent, Question
from models.documents.turn import Channel, Move, Speaker, Turn

MAX_TRIES_PER_QUESTION = 2
MINUTES_PER_ANSWER = 2.0
EXCHANGE_MOVES = (Move.NEXT, Move.PROBE)
OPEN_QUESTION_MOVES = (Move.PROBE, Move.REPEAT, Move.CLARIFY, Move.WAIT)


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """The clocks of one interview. `started_at`: when the candidate first spoke, None before; nothing runs until then."""

    started_at: datetime | None
    total: timedelta
    closing_reserve: timedelta
    max_silence: timedelta

    @property
    def reserve(self) -> timedelta:
        """What is kept for the closing: never more than a fifth of the whole."""
        return min(self.closing_reserve, self.total / 5)


@dataclass(frozen=True, slots=True)
class InterviewPlan:
    """Where the interview stands, and what may come next."""

    position: PositionContent
    language: str
    limits: TimeLimits
    now: datetime
    questions_asked: int
    """core questions asked"""
    moves_used: dict[Move, int]
    """PROBE, REPEAT, CLARIFY, WAIT on the open question"""
    exchanges: int
    is_stop_pending: bool
    """the candidate was asked to confirm the wish to end, and has had the chance to say so"""
    unheard_move: Move | None
    """NEXT or STOP when all of the contribution was written before that question was put; else None"""
    has_nudged: bool
    has_greeted: bool
    answers: int
    """seq of the last candidate turn so far: what a reply now answers"""
    contribution: str
    """all that the candidate has said since the last reply; empty when there is nothing to reply to"""
    last_turn_at: datetime | None

    # --- where it stands

    @property
    def open_question(self) -> Question | None:
        """The core question asked last."""
        return self.position.questions[self.questions_asked - 1] if self.questions_asked else None

    @property
    def next_question(self) -> Question | None:
        """The core question that NEXT asks."""
        return self.position.questions[self.questions_asked] if self.questions_asked < len(self.position.questions) else None

    @property
    def time_left(self) -> timedelta:
        """Until the limit; the whole limit before the candidate has begun. Never negative."""
        if self.limits.started_at is None:
            return self.limits.total
        return max(self.limits.started_at + self.limits.total - self.now, timedelta())

    @property
    def allowed_moves(self) -> tuple[Move, ...]:
        """The moves that a reply to the contribution may make; never empty."""
        question = self.open_question
        minutes = (self.time_left - self.limits.reserve).total_seconds() / 60
        if question is None:
            # greeted by voice, and nothing asked yet
            return (Move.NEXT,) if self._may_move_on(minutes) else (Move.CLOSE,)
        if minutes <= 0:
            return (Move.CLOSE,)
        if self.unheard_move:
            return (Move.STOP,) if self.unheard_move is Move.STOP else (Move.REPEAT, Move.WAIT, Move.STOP)
        moves = []
        if self._may_move_on(minutes):
            moves.append(Move.NEXT)
        if self._may_probe(question, minutes):
            moves.append(Move.PROBE)
        moves += [move for move in (Move.REPEAT, Move.CLARIFY, Move.WAIT) if self.moves_used[move] < MAX_TRIES_PER_QUESTION]
        if not self.is_stop_pending:
            moves.append(Move.STOP)
        if self.is_stop_pending or Move.NEXT not in moves:
            moves.append(Move.CLOSE)
        return tuple(moves)

    @property
    def fallback_move(self) -> Move:
        """What code does by itself: go on, or close when the wish to stop was plainly confirmed or nothing is left to ask."""
        if self.is_stop_pending and normalize_answer(self.contribution) in get_phrases(self.language).affirmations:
            return Move.CLOSE
        return next(move for move in (Move.NEXT, Move.CLOSE, Move.REPEAT, Move.STOP) if move in self.allowed_moves)

    @property
    def end_reason(self) -> EndReason:
        """Why a CLOSE now ends the interview.

        Where a CLOSE is due anyway, an answer to STOP that does not open with a yes is a last answer, not the wish to end.
        """
        if self.is_stop_pending and (Move.NEXT in self.allowed_moves or self._opens_with_yes):
            return EndReason.CANDIDATE_ENDED
        if self.time_left <= self.limits.reserve:
            return EndReason.OUT_OF_TIME
        return EndReason.WRAPPED_UP if self.next_question is None else EndReason.OUT_OF_EXCHANGES

    @property
    def progress(self) -> Progress:
        """How far the interview has come."""
        question = self.open_question
        return Progress(question=self.questions_asked, question_key=question.key if question else None, exchanges=self.exchanges)

    # --- what a move does

    def code_words(self, move: Move, reason: EndReason | None = None) -> str:
        """What code adds to the model's words, or says alone; empty where they are the whole. `reason`: of a CLOSE."""
        phrases = get_phrases(self.language)
        if move is Move.NEXT and self.next_question:
            return self.next_question.text
        if move is Move.REPEAT and self.open_question:
            return self.open_question.text
        if move is Move.NUDGE and self.open_question:
            return self.question_again(phrases.nudge)
        if move is Move.STOP:
            return phrases.stop
        if move is Move.CLOSE:
            return phrases.closings[reason or self.end_reason]
        return ""

    def question_again(self, opening: str) -> str:
        """`snap_to_text_start`, then what the candidate was asked last."""
        question = (
            get_phrases(self.language).stop if self.is_stop_pending else self.open_question.text if self.open_question else ""
        )
        return f"{opening} {question}".strip()

    def fallback_words(self, rejected_move: Move | None = None) -> str:
        """What code says alone, as its `fallback_move`. `rejected_move`: the move that was chosen, and is not
        allowed any more."""
        phrases, move = get_phrases(self.language), self.fallback_move
        words = self.code_words(move)
        if move is Move.REPEAT:
            return f"{phrases.question_again} {words}"
        is_used_up = rejected_move in (Move.REPEAT, Move.CLARIFY, Move.WAIT) and move is Move.NEXT
        return f"{phrases.move_on} {words}" if is_used_up else words

    def question_key_after(self, move: Move) -> str | None:
        """The core question that a turn of that move belongs to; None for greeting and closing."""
        if move in (Move.GREET, Move.CLOSE):
            return None
        question = self.next_question if move is Move.NEXT else self.open_question
        return question.key if question else None

    def progress_after(self, move: Move) -> Progress:
        """How far the interview has come once that move is made."""
        is_exchange = bool(self.contribution and self.questions_asked) and _counts_as_exchange(
            move, is_stop_pending=self.is_stop_pending
        )
        return Progress(
            question=self.questions_asked + (move is Move.NEXT),
            question_key=self.question_key_after(move),
            exchanges=self.exchanges + is_exchange,
        )

    # --- the clock

    def due_after(self, last_turn_at: datetime) -> datetime | None:
        """When the interviewer must act if nothing follows that turn; None while the candidate has not begun."""
        if self.limits.started_at is None:
            return None
        return min(self.limits.started_at + self.limits.total, last_turn_at + self.limits.max_silence)

    @property
    def clock_move(self) -> tuple[Move, EndReason | None] | None:
        """What the clock demands while there is nothing to reply to: a NUDGE, a CLOSE with its reason, or nothing yet."""
        due_at = self.due_after(self.last_turn_at) if self.last_turn_at else None
        if due_at is None or self.now < due_at:
            return None
        if self.time_left == timedelta():
            return Move.CLOSE, EndReason.OUT_OF_TIME
        return (Move.CLOSE, EndReason.CANDIDATE_LEFT) if self.has_nudged else (Move.NUDGE, None)

    # ---

    @property
    def _opens_with_yes(self) -> bool:
        answer = f"{normalize_answer(self.contribution)} "
        return any(answer.startswith(f"{yes} ") for yes in get_phrases(self.language).affirmations)

    def _may_move_on(self, minutes: float) -> bool:
        return self.next_question is not None and self.exchanges + 1 < self.position.wrap_up_after_exchanges and minutes > 0

    def _may_probe(self, question: Question, minutes: float) -> bool:
        unasked = len(self.position.questions) - self.questions_asked
        exchanges = self.position.wrap_up_after_exchanges - (self.exchanges + 1)
        share = (self.limits.total - self.limits.reserve).total_seconds() / 60 / len(self.position.questions)
        enough = minutes >= (unasked + 1) * min(MINUTES_PER_ANSWER, share / 2)
        return self.moves_used[Move.PROBE] < question.max_probes and exchanges > unasked and enough


def _counts_as_exchange(move: Move | None, *, is_stop_pending: bool) -> bool:
    return move in EXCHANGE_MOVES or (move is Move.CLOSE and not is_stop_pending)


def _comes_after(piece: Turn | None, question: Turn | None) -> bool:
    """Whether who said `piece` had met `question`: it was stored before, or, where it is spoken, had begun to be heard."""
    if piece is None or question is None:
        return False
    if question.channel is Channel.VOICE:
        return piece.seq > question.seq or piece.started_at > question.started_at
    return piece.seq > question.seq


def derive_plan(
    position: PositionContent, language: str, turns: Sequence[Turn], limits: TimeLimits, now: datetime
) -> InterviewPlan:
    """The plan that the stored turns stand for; the same turns always give the same plan."""
    questions_asked = exchanges = answered = 0
    moves_used = dict.fromkeys(OPEN_QUESTION_MOVES, 0)
    has_nudged = False
    question: Turn | None = None
    stop: Turn | None = None  # the first of those that nothing but a NUDGE has followed
    spoken = [turn for turn in turns if turn.speaker is Speaker.INTERVIEWER and turn.move is not None]
    by_seq = {turn.seq: turn for turn in turns if turn.speaker is Speaker.CANDIDATE}
    for turn in spoken:
        answers = turn.answers or 0
        is_reply = answers > answered
        answered = max(answered, answers)
        has_nudged = turn.move is Move.NUDGE
        if has_nudged:
            continue
        answered_last = by_seq.get(answers)
        exchanges += (
            is_reply and questions_asked > 0 and _counts_as_exchange(turn.move, is_stop_pending=_comes_after(answered_last, stop))
        )
        if turn.move is Move.NEXT:
            questions_asked += 1
            question = turn
            moves_used = dict.fromkeys(OPEN_QUESTION_MOVES, 0)
        elif turn.move in moves_used and is_reply and _comes_after(answered_last, question):
            moves_used[turn.move] += 1
        stop = None if turn.move is not Move.STOP else stop or turn
    open_pieces = [turn for turn in turns if turn.speaker is Speaker.CANDIDATE and turn.seq > answered]
    last_prompt = stop or question
    is_unheard = bool(open_pieces) and last_prompt is not None and not _comes_after(open_pieces[-1], last_prompt)
    return InterviewPlan(
        position=position,
        language=language,
        limits=limits,
        now=now,
        questions_asked=questions_asked,
        moves_used=moves_used,
        exchanges=exchanges,
        is_stop_pending=stop is not None and not is_unheard,
        unheard_move=None if not is_unheard else Move.STOP if stop else Move.NEXT,
        has_nudged=has_nudged,
        has_greeted=bool(spoken),
        answers=open_pieces[-1].seq if open_pieces else answered,
        contribution="\n".join(turn.text for turn in open_pieces),
        last_turn_at=turns[-1].ended_at if turns else None,
    )
