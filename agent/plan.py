"""The interview plan: which moves are allowed, which question is open, and what code says.

The plan is a pure function of the stored turns, the position, the time limits and the current time.

Every candidate is asked the same core questions, in the same order and in the position's own words.
A contribution is everything the candidate has said since the interviewer's last reply, in one or more turns.
The reply to a contribution is one move:

    NEXT     a bridging sentence, then the next core question      counts as an exchange
    PROBE    a follow-up to the open question                      counts as an exchange
    REPEAT, CLARIFY, WAIT   the open question stays open; the model may choose each MAX_TRIES_PER_QUESTION times per question
    STOP     asks the candidate to confirm that they want to end the interview
    WITHDRAW, ALTERNATIVE   ask the candidate to confirm that they withdraw their consent, or want to talk to a person
                            instead; only code makes these moves
    CLOSE    ends the interview                                    counts as an exchange, unless it answers a confirmation

Let W = wrap_up_after_exchanges, u = exchanges including this one, r = core questions not asked yet,
m = minutes left before those reserved for the closing, and t = minutes reserved for each answer
(half of an even share, at most MINUTES_PER_ANSWER). A move is allowed under these conditions:

    NEXT     r > 0, u < W, m > 0
    PROBE    fewer than max_probes on the open question, W - u > r, m >= (r + 1) t
    STOP     the contribution contains a hint of the wish to stop
    CLOSE    when NEXT is not allowed, or when code finds that the candidate confirms a STOP or wishes it again

Requests that code recognizes (agent/intents) are not left to the model. They allow one move, and the model is not asked,
except to explain a question or to bridge to the next one:

    WITHDRAW, HUMAN, STOP           WITHDRAW, ALTERNATIVE, STOP, or CLOSE if it was this wish that was to be confirmed
    CONFIRM, DENY after one of them CLOSE, or REPEAT
    REPEAT, WAIT                    REPEAT, WAIT
    EXPLAIN                         CLARIFY; after MAX_TRIES_PER_QUESTION in code's words, which offer to move on
    ACCOMMODATION, ARE_YOU_AI, TROUBLE    REPEAT, after code's answer
    UNKNOWN                         NEXT or CLOSE, or one PROBE before that

A recognized request is answered however often it is made, so it never uses up the question: only the time limit bounds it.

A position's W is at least its number of questions, so W - u >= r holds at every NEXT, and a probe never
takes the place of a core question. Every move that the model chooses is bounded (STOP never follows a STOP that was
heard), and so are recognized requests by the time limit, so an interview ends whichever moves are chosen. When the model
takes a contribution for a request and there are no tries left, the interviewer says that it moves on, and asks the next
question.

A message written before a question was stored cannot answer that question, and a "yes" written before a
STOP does not confirm it. If a whole contribution was written earlier (for example, before the greeting),
the question is asked once more instead of NEXT or PROBE. Speech is ordered by time instead: words that
begin while a question is being played answer it.

An interviewer turn without a move was interrupted before it was heard: the plan ignores it. An
answer that continues after a pause therefore stays one contribution, and no question is skipped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.intents import Intent
from agent.phrases import CodePhrases
from models.documents.interview import EndReason, Progress, RequestKind
from models.documents.position import PositionContent, Question
from models.documents.turn import Channel, Move, Speaker, Turn

MAX_TRIES_PER_QUESTION = 2
MINUTES_PER_ANSWER = 2.0
EXCHANGE_MOVES = (Move.NEXT, Move.PROBE)
REQUEST_MOVES = (Move.REPEAT, Move.CLARIFY, Move.WAIT)
OPEN_QUESTION_MOVES = (Move.PROBE, *REQUEST_MOVES)
END_REASONS = {
    Move.STOP: EndReason.CANDIDATE_ENDED,
    Move.WITHDRAW: EndReason.CONSENT_WITHDRAWN,
    Move.ALTERNATIVE: EndReason.ALTERNATIVE_REQUESTED,
}
"""Why the interview ends once the candidate has confirmed what each of these moves asks."""
_WISHES = {Intent.WITHDRAW: Move.WITHDRAW, Intent.HUMAN: Move.ALTERNATIVE, Intent.STOP: Move.STOP}
"""The move that asks for confirmation of each wish to end the interview, by descending precedence."""
_RIGHTS = frozenset({*_WISHES, Intent.ACCOMMODATION})
"""Requests that concern candidates' rights. The judge does not read them."""
_REQUESTS = {
    Intent.ACCOMMODATION: Move.REPEAT,
    Intent.EXPLAIN: Move.CLARIFY,
    Intent.REPEAT: Move.REPEAT,
    Intent.WAIT: Move.WAIT,
    Intent.ARE_YOU_AI: Move.REPEAT,
    Intent.TROUBLE: Move.REPEAT,
}
"""The move that answers each request that leaves the question open, by descending precedence."""


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """The time limits of one interview.

    They start when the candidate first speaks, at `started_at`.
    """

    started_at: datetime | None
    total: timedelta
    closing_reserve: timedelta
    max_silence: timedelta
    paused_until: datetime | None = None
    """Until when the clock is paused at most; None while it runs. `total` includes the pause so far."""
    resumed_after_seq: int | None = None
    """Seq of the last turn before the answer to a request of the candidate ended a pause."""

    @property
    def reserve(self) -> timedelta:
        """The time reserved for the closing, at most a fifth of the total."""
        return min(self.closing_reserve, self.total / 5)


@dataclass(frozen=True, slots=True)
class InterviewPlan:
    """The state of an interview, and the moves that may come next."""

    position: PositionContent
    language: str
    phrases: CodePhrases
    limits: TimeLimits
    now: datetime
    questions_asked: int
    """Number of core questions asked."""
    follow_ups: tuple[str, ...]
    """What the interviewer has said in PROBE moves on the open question."""
    moves_used: dict[Move, int]
    """Number of PROBE, REPEAT, CLARIFY and WAIT moves that followed the open question."""
    exchanges: int
    pending_confirmation: Move | None
    """STOP, WITHDRAW or ALTERNATIVE if the candidate was asked to confirm it, and could have answered; otherwise None."""
    unheard_move: Move | None
    """NEXT or a move that asks for confirmation, if the whole contribution was written before its question was asked."""
    has_nudged: bool
    has_greeted: bool
    reply_to_seq: int
    """Sequence number of the last candidate turn, which a reply made now would answer."""
    contribution: str
    """Everything the candidate has said since the last reply, or an empty string."""
    contribution_seqs: tuple[int, ...]
    """Sequence numbers of the turns of the contribution."""
    intents: frozenset[Intent]
    """The requests that code recognizes in the contribution."""
    last_turn_at: datetime | None
    is_resumed: bool
    """Whether the answer to the candidate's request has ended a pause, and nobody has spoken since."""

    # --- the state

    @property
    def open_question(self) -> Question | None:
        """The core question that was asked last."""
        return self.position.questions[self.questions_asked - 1] if self.questions_asked else None

    @property
    def next_question(self) -> Question | None:
        """The core question that NEXT would ask."""
        return self.position.questions[self.questions_asked] if self.questions_asked < len(self.position.questions) else None

    @property
    def time_left(self) -> timedelta:
        """The time until the limit, which is never negative.

        The limit starts with the candidate's first turn.
        """
        if self.limits.started_at is None:
            return self.limits.total
        return max(self.limits.started_at + self.limits.total - self.now, timedelta())

    @property
    def allowed_moves(self) -> tuple[Move, ...]:
        """The moves that a reply to the contribution may make. There is always at least one."""
        question = self.open_question
        minutes = (self.time_left - self.limits.reserve).total_seconds() / 60
        if question is None:
            # A spoken greeting has been played, and the first question has not.
            return (Move.NEXT,) if self._may_move_on(minutes) else (Move.CLOSE,)
        if minutes <= 0:
            return (Move.CLOSE,)
        if self.unheard_move in END_REASONS:
            return (self.unheard_move,)
        if self._requested_move:
            return (self._requested_move,)
        if self.unheard_move:
            return (Move.REPEAT, Move.WAIT, Move.STOP) if self._may_stop else (Move.REPEAT, Move.WAIT)
        moves = [Move.NEXT if self._may_move_on(minutes) else Move.CLOSE]
        is_unknown = Intent.UNKNOWN in self.intents
        if self._may_probe(question, minutes) and not (is_unknown and self.moves_used[Move.PROBE]):
            moves.append(Move.PROBE)
        if not is_unknown:
            moves += [move for move in REQUEST_MOVES if self.moves_used[move] < MAX_TRIES_PER_QUESTION]
        if self._may_stop:
            moves.append(Move.STOP)
        return tuple(moves)

    @property
    def _requested_move(self) -> Move | None:
        """The only move that answers a recognized request, or None if there is none."""
        if self.is_confirmed:
            return Move.CLOSE
        if self._wish and Intent.DENY not in self.intents and self._wish is not self.pending_confirmation:
            return self._wish
        for intent, move in _REQUESTS.items():
            if intent in self.intents:
                # A question that was not heard is asked before it is explained.
                return Move.REPEAT if self.unheard_move and move is Move.CLARIFY else move
        return Move.REPEAT if self.is_stop_pending and self.intents == {Intent.DENY} else None

    @property
    def _wish(self) -> Move | None:
        """The move that asks for confirmation of the contribution's wish to end the interview, or None if there is none.

        Who confirms one wish with the words of STOP ("Yes, stop.") wishes nothing else.
        """
        wishes = [move for intent, move in _WISHES.items() if intent in self.intents]
        if self.pending_confirmation and wishes == [Move.STOP] and Intent.CONFIRM in self.intents:
            return self.pending_confirmation
        return wishes[0] if wishes else None

    @property
    def is_stop_pending(self) -> bool:
        """Whether the candidate was asked to confirm that they want to end, in whichever way, and could have answered."""
        return self.pending_confirmation is not None

    @property
    def is_confirmed(self) -> bool:
        """Whether the contribution confirms the wish that is to be confirmed, or says it again."""
        is_confirmation = bool(self.intents) and self.intents <= {Intent.CONFIRM, *_WISHES}
        return self.is_stop_pending and is_confirmation and self._wish in (None, self.pending_confirmation)

    @property
    def unjudged_seqs(self) -> tuple[int, ...]:
        """The turns of the contribution if it concerns the candidate's rights, or answers whether a wish is confirmed."""
        is_answer = self.is_stop_pending and bool(self.intents) and self.intents <= {Intent.CONFIRM, Intent.DENY, *_WISHES}
        return self.contribution_seqs if is_answer or self.intents & _RIGHTS else ()

    @property
    def requested_accommodations(self) -> tuple[RequestKind, ...]:
        """The accommodations that the candidate requests; OTHER where the words do not say which."""
        if Intent.ACCOMMODATION not in self.intents:
            return ()
        return self.phrases.intents.find_accommodations(self.contribution) or (RequestKind.OTHER,)

    @property
    def _may_stop(self) -> bool:
        return not self.is_stop_pending and self.phrases.intents.may_wish_to_stop(self.contribution)

    @property
    def code_move(self) -> Move | None:
        """The move that code makes without asking the model, or None if the model is to be asked."""
        move = self._requested_move
        if move is None or self.allowed_moves != (move,) or self.open_question is None:
            return None
        is_explained_by_model = move is Move.CLARIFY and self.moves_used[Move.CLARIFY] < MAX_TRIES_PER_QUESTION
        return None if is_explained_by_model else move

    @property
    def fallback_move(self) -> Move:
        """The move that code makes without the model.

        It answers a recognized request, repeats the question after an unclear message, and otherwise moves on.
        """
        if len(self.allowed_moves) == 1:
            return self.allowed_moves[0]
        if Move.REPEAT in self.allowed_moves and not self.is_stop_pending and self.phrases.intents.is_unclear(self.contribution):
            return Move.REPEAT
        return next(move for move in (Move.NEXT, Move.CLOSE, Move.REPEAT) if move in self.allowed_moves)

    @property
    def end_reason(self) -> EndReason:
        """Why the interview ends if the move is CLOSE now."""
        if self.pending_confirmation and self.is_confirmed:
            return END_REASONS[self.pending_confirmation]
        if self.time_left <= self.limits.reserve:
            return EndReason.OUT_OF_TIME
        return EndReason.WRAPPED_UP if self.next_question is None else EndReason.OUT_OF_EXCHANGES

    @property
    def progress(self) -> Progress:
        """The interview's progress."""
        question = self.open_question
        return Progress(question=self.questions_asked, question_key=question.key if question else None, exchanges=self.exchanges)

    @property
    def _accommodation_answer(self) -> str:
        """What was done about the accommodations that the candidate requests; an empty string if there are none."""
        kinds = self.requested_accommodations
        factor = self.position.extra_time_factor
        minutes = round(self.position.limit_minutes * factor)
        return self.phrases.format_accommodations(kinds, minutes, factor > 1) if kinds else ""

    # --- the effect of a move

    def scripted_text(self, move: Move, reason: EndReason | None = None) -> str:
        """Return the text that code adds to the model's words, or says without the model; an empty string if there is none.

        `reason` selects the closing of a CLOSE.
        """
        if move is Move.NEXT and self.next_question:
            # a request over the greeting is answered before the first question
            answer = self._accommodation_answer if self.open_question is None else ""
            return f"{answer} {self.next_question.text}".lstrip()
        if move is Move.REPEAT and self.open_question:
            is_notice = self.is_resumed and not self.contribution
            return self.repeat_question(self.phrases.request_answered) if is_notice else self.open_question.text
        if move is Move.NUDGE and self.open_question:
            return self.repeat_question(self.phrases.nudge)
        if move in END_REASONS:
            return self.phrases.get_confirmation(move)
        if move is Move.CLOSE:
            return self.phrases.closings[reason or self.end_reason]
        return ""

    def repeat_question(self, opening: str) -> str:
        """Return the opening, followed by the question that the candidate was asked last."""
        pending = self.pending_confirmation
        question = self.scripted_text(pending) if pending else self.open_question.text if self.open_question else ""
        return f"{opening} {question}".strip()

    def fallback_text(self, rejected_move: Move | None = None) -> str:
        """Return the text of `fallback_move`.

        `rejected_move` is the move that the model chose, if that is not allowed.
        """
        move = self.fallback_move
        text = self.scripted_text(move)
        if move is Move.REPEAT:
            return f"{self._repeat_opening} {text}"
        if move is Move.WAIT:
            return self.phrases.wait
        if move is Move.CLARIFY:
            is_used_up = self.moves_used[Move.CLARIFY] >= MAX_TRIES_PER_QUESTION
            return self.repeat_question(self.phrases.offer_to_move_on if is_used_up else self.phrases.explain)
        is_request_used_up = rejected_move in REQUEST_MOVES and move is Move.NEXT
        return f"{self.phrases.move_on} {text}" if is_request_used_up else text

    @property
    def _repeat_opening(self) -> str:
        """The words before a repetition of the open question: the answer to a recognized request, if there is one."""
        if self._requested_move is Move.REPEAT:
            if answer := self._accommodation_answer:
                return f"{answer} {self.phrases.question_again}"
            answers = self.phrases.request_answers
            requests = [intent for intent in _REQUESTS if intent in self.intents and intent in answers]
            return answers[requests[0]] if requests else self.phrases.carry_on
        return self.phrases.question_again

    def question_key_after(self, move: Move) -> str | None:
        """Return the key of the core question that a turn with that move belongs to; None for greeting and closing."""
        if move in (Move.GREET, Move.CLOSE):
            return None
        question = self.next_question if move is Move.NEXT else self.open_question
        return question.key if question else None

    def progress_after(self, move: Move) -> Progress:
        """Return the interview's progress after that move."""
        is_exchange = bool(self.contribution and self.questions_asked) and _counts_as_exchange(
            move, is_stop_pending=self.is_stop_pending
        )
        return Progress(
            question=self.questions_asked + (move is Move.NEXT),
            question_key=self.question_key_after(move),
            exchanges=self.exchanges + is_exchange,
        )

    # --- timeouts

    def due_after(self, last_turn_at: datetime) -> datetime | None:
        """Return when the interviewer must act if no turn follows; None until the candidate's first turn."""
        limits = self.limits
        if limits.started_at is None:
            return None
        if limits.paused_until and self.now < limits.paused_until:
            return limits.paused_until + min(self.time_left, limits.max_silence)
        if self.is_resumed and last_turn_at == self.last_turn_at:
            return self.now
        silent_since = max(last_turn_at, limits.paused_until) if limits.paused_until else last_turn_at
        return min(limits.started_at + limits.total, silent_since + limits.max_silence)

    @property
    def timeout_move(self) -> tuple[Move, EndReason | None] | None:
        """The move that is due after a silence or at the time limit: a NUDGE, a CLOSE with its reason, or None."""
        due_at = self.due_after(self.last_turn_at) if self.last_turn_at else None
        if due_at is None or self.now < due_at:
            return None
        if self.time_left == timedelta():
            return Move.CLOSE, EndReason.OUT_OF_TIME
        if self.is_resumed:
            return Move.REPEAT, None
        return (Move.CLOSE, EndReason.CANDIDATE_LEFT) if self.has_nudged else (Move.NUDGE, None)

    # --- conditions

    def _may_move_on(self, minutes: float) -> bool:
        return self.next_question is not None and self.exchanges + 1 < self.position.wrap_up_after_exchanges and minutes > 0

    def _may_probe(self, question: Question, minutes: float) -> bool:
        questions_left = len(self.position.questions) - self.questions_asked
        exchanges_left = self.position.wrap_up_after_exchanges - (self.exchanges + 1)
        even_share = (self.limits.total - self.limits.reserve).total_seconds() / 60 / len(self.position.questions)
        has_time = minutes >= (questions_left + 1) * min(MINUTES_PER_ANSWER, even_share / 2)
        return self.moves_used[Move.PROBE] < question.max_probes and exchanges_left > questions_left and has_time


def _counts_as_exchange(move: Move | None, *, is_stop_pending: bool) -> bool:
    return move in EXCHANGE_MOVES or (move is Move.CLOSE and not is_stop_pending)


def _can_answer(turn: Turn | None, question: Turn | None) -> bool:
    """Return whether a candidate's turn can answer the question.

    It can if the question was stored earlier or, if it is spoken, had started to play.
    """
    if turn is None or question is None:
        return False
    if question.channel is Channel.VOICE:
        return turn.seq > question.seq or turn.started_at > question.started_at
    return turn.seq > question.seq


def derive_plan(
    position: PositionContent,
    language: str,
    phrases: CodePhrases,
    turns: Sequence[Turn],
    limits: TimeLimits,
    now: datetime,
) -> InterviewPlan:
    """Derive the plan from the stored turns. The same arguments always give the same plan."""
    questions_asked = exchanges = answered_seq = 0
    moves_used = dict.fromkeys(OPEN_QUESTION_MOVES, 0)
    follow_ups: list[str] = []
    has_nudged = False
    question: Turn | None = None
    # the first move of its kind that asks for confirmation and that only NUDGEs have followed
    stop: Turn | None = None
    spoken = [turn for turn in turns if turn.speaker is Speaker.INTERVIEWER and turn.move is not None]
    candidate_turns = {turn.seq: turn for turn in turns if turn.speaker is Speaker.CANDIDATE}
    for turn in spoken:
        reply_to_seq = turn.answers or 0
        is_reply = reply_to_seq > answered_seq
        answered_seq = max(answered_seq, reply_to_seq)
        has_nudged = turn.move is Move.NUDGE
        if has_nudged:
            continue
        answered_turn = candidate_turns.get(reply_to_seq)
        exchanges += (
            is_reply and questions_asked > 0 and _counts_as_exchange(turn.move, is_stop_pending=_can_answer(answered_turn, stop))
        )
        if turn.move is Move.NEXT:
            questions_asked += 1
            question = turn
            follow_ups = []
            moves_used = dict.fromkeys(OPEN_QUESTION_MOVES, 0)
        elif turn.move is Move.PROBE:
            follow_ups.append(turn.text)
        if turn.move in moves_used and is_reply and _can_answer(answered_turn, question):
            moves_used[turn.move] += 1
        if turn.move not in END_REASONS or stop is None or stop.move is not turn.move:
            stop = turn if turn.move in END_REASONS else None
    unanswered_turns = [turn for seq, turn in candidate_turns.items() if seq > answered_seq]
    contribution = "\n".join(turn.text for turn in unanswered_turns)
    last_question = stop or question
    is_unheard = bool(unanswered_turns) and last_question is not None and not _can_answer(unanswered_turns[-1], last_question)
    return InterviewPlan(
        position=position,
        language=language,
        phrases=phrases,
        limits=limits,
        now=now,
        questions_asked=questions_asked,
        follow_ups=tuple(follow_ups),
        moves_used=moves_used,
        exchanges=exchanges,
        pending_confirmation=stop.move if stop and not is_unheard else None,
        unheard_move=None if not is_unheard else stop.move if stop else Move.NEXT,
        has_nudged=has_nudged,
        has_greeted=bool(spoken),
        reply_to_seq=unanswered_turns[-1].seq if unanswered_turns else answered_seq,
        contribution=contribution,
        contribution_seqs=tuple(turn.seq for turn in unanswered_turns),
        intents=phrases.intents.recognize(contribution),
        last_turn_at=turns[-1].ended_at if turns else None,
        is_resumed=bool(turns) and limits.resumed_after_seq is not None and turns[-1].seq <= limits.resumed_after_seq,
    )
