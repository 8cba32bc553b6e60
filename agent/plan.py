"""The interview plan: which moves are allowed, which question is open, and what code says.

The plan is a pure function of the stored turns, the position, the time limits and the current time.

Every candidate is asked the same core questions, in the same order and in the position's own words.
A contribution is everything the candidate has said since the interviewer's last reply, in one or more turns.
The reply to a contribution is one move:

    NEXT     a bridging sentence, then the next core question      counts as an exchange, unless it leaves the open question open
    PROBE    a follow-up to the open question                      counts as an exchange
    REPEAT, CLARIFY, WAIT   the open question stays open; the model may choose each MAX_TRIES_PER_QUESTION times per question
    ANSWER   answers a question about the job from the position's facts, or says that it is noted; the open question stays open
    ANYTHING_ELSE   asks once, before the closing, whether the candidate wants to add or ask anything     counts as an exchange
    STOP     asks the candidate to confirm that they want to end the interview
    WITHDRAW, ALTERNATIVE   ask the candidate to confirm that they withdraw their consent, or want to talk to a person
                            instead; only code makes these moves
    CLOSE    ends the interview       counts as an exchange, unless it answers a confirmation or an ANYTHING_ELSE

Let W = wrap_up_after_exchanges, u = exchanges including this one, r = core questions not asked yet and questions left open,
m = minutes left before those reserved for the closing, and t = minutes reserved for each answer
(half of an even share, at most MINUTES_PER_ANSWER). A move is allowed under these conditions:

    NEXT     r > 0, u < W, m > 0
    PROBE    fewer than max_probes on the open question, W - u > r + f, m >= (r + f + 1) t, where f = 0 for the first
             probe of a question, and for further ones the core questions not asked yet that may be probed
    STOP     the contribution contains a hint of the wish to stop; MAX_TRIES_PER_QUESTION times per question
    ANYTHING_ELSE   when NEXT is not allowed, m > 0, and it has not been asked
    CLOSE    when neither NEXT nor ANYTHING_ELSE is allowed, or when code finds that the candidate confirms a STOP or wishes
             it again
    ANSWER   when the contribution ends with a question that may be about the job; the only move when code is sure of that
             (agent/job_questions)

So each question has one probe reserved, and code decides when it is due, for every candidate alike: an answer of fewer than
THIN_ANSWER_WORDS words, or "I don't know", is thin. While the open question has no probe yet and one is allowed, a thin
answer is followed by it: the model may only take the contribution for a request instead, never move on. Without the model,
or if its words are rejected, code asks a neutral question that is the same for every candidate. max_probes = 0 switches
this off.

Requests that code recognizes (agent/intents) are not left to the model. They allow one move, and the model is not asked,
except to explain a question or to bridge to the next one:

    WITHDRAW, HUMAN, STOP           WITHDRAW, ALTERNATIVE, STOP, or CLOSE if it was this wish that was to be confirmed
    CONFIRM, DENY after one of them CLOSE, or REPEAT
    REPEAT, WAIT                    REPEAT, WAIT
    CONFIRM after an ANYTHING_ELSE  WAIT, once
    EXPLAIN                         CLARIFY; after MAX_TRIES_PER_QUESTION in code's words, which offer to move on and to come back
    SKIP; CONFIRM, DENY after that offer    NEXT or ANYTHING_ELSE
    ACCOMMODATION, ARE_YOU_AI, TROUBLE    REPEAT, after code's answer
    READY, before the first answer  REPEAT; the judge reads neither
    UNKNOWN                         PROBE, or NEXT or ANYTHING_ELSE after a PROBE or CLARIFY, or if no PROBE is allowed

A question is left open if the candidate skips it before it was probed and another core question follows. NEXT asks it once
more after the last core question, before ANYTHING_ELSE; it keeps its key, so what the candidate then says is an answer to
it. "I don't know" and SKIP therefore both cost one more try, now or at the end. A skip uses no exchange, because its
exchange is needed when NEXT comes back to the question.

By voice, the candidate may speak over the greeting. A wish to end the interview is to be confirmed before the first question
is asked; everything else is answered by that question.

A contribution in another language than the interview's (Turn.language) is answered once per interview with a REPEAT that names
the language and what the candidate can do, in both languages. It uses up nothing. Later ones are answers. From then on,
requests are recognized in that language, too.

After an ANYTHING_ELSE, what is no request and no question ends the interview, as does silence. The answers belong to no
core question. After MAX_FINAL_ANSWERS answers the interview ends.

A recognized request is answered however often it is made, so it never uses up the question: only the time limit bounds it.

A position's W is at least its number of questions, so W - u >= r holds at every NEXT, and a probe never
takes the place of a core question. Every move that the model chooses is bounded (STOP never follows a STOP that was
heard), and so are recognized requests by the time limit, so an interview ends whichever moves are chosen. When the model
takes a contribution for a request and there are no tries left, the interviewer says that it moves on, and asks the next
question.

Signals of the candidate (signalInterviewer) are no contribution, so they use up nothing and answer nothing. Code acts on them
while no contribution is open: it repeats what it asked last, or says once that the candidate may take their time.
An answer that was cut off (Turn.interrupted), by a failure of speech or a lost connection, is held: in writing, the interviewer
quotes its end and asks the candidate to go on. It gets a reply once another turn follows, and at the time limit.

Let a = the later of the last turn and the candidate's last typing mark; an interview without a contribution is due

    for silence     at a + max_silence, but not before a typing mark is TYPING_SECONDS old or the requested time is over
    for the end     at the time limit; while the candidate is typing, at most MAX_TYPED_OVERTIME later

A message written before a question was stored cannot answer that question, and a "yes" written before a
STOP does not confirm it. If a whole contribution was written earlier (for example, before the greeting),
the question is asked once more instead of NEXT or PROBE. Speech is ordered by time instead: words that
begin while a question is being played answer it.

In a reopened interview, the closing of the first end is undone: what it answered is answered now, unless it was the
confirmation of a wish to end, or nothing but the closing was left. The interviewer welcomes the candidate back first.

An interviewer turn without a move was interrupted before it was heard: the plan ignores it. An
answer that continues after a pause therefore stays one contribution, and no question is skipped.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from agent.intents import Intent, IntentRecognizer
from agent.phrases import CodePhrases
from models.documents.interview import CandidateSignals, EndReason, Progress, RequestKind
from models.documents.position import Fact, PositionContent, Question
from models.documents.turn import Channel, Move, Speaker, Turn

MAX_TRIES_PER_QUESTION = 2
MINUTES_PER_ANSWER = 2.0
THIN_ANSWER_WORDS = 12
"""Number of words from which an answer is not thin: more than one short sentence, in any language.

Of the sandbox's prepared answers the thin one has 7 words, the shortest elaboration 19, and the shortest answer 26.
"""
TYPING_DURATION = timedelta(seconds=15)
"""How long after a typing mark the candidate counts as typing."""
MAX_TYPED_OVERTIME = timedelta(minutes=2)
"""Time that a candidate who is typing at the time limit may go on."""
NOTICE_TIME = timedelta(minutes=5)
"""Time left at which the interviewer says how much is left, as it does at a quarter of the limit."""
NOTICE_MOVES = (Move.NEXT, Move.PROBE, Move.REPEAT, Move.CLARIFY, Move.WAIT, Move.ANSWER)
MAX_QUOTED_WORDS = 12
"""Words of an answer that was cut off that the interviewer quotes."""
MAX_EXAMINED_CHARACTERS = 20_000
"""How much of the end of a contribution is examined word by word: as much as one message may have."""
MAX_FINAL_ANSWERS = 3
"""Questions of the candidate that are answered after an ANYTHING_ELSE."""
EXCHANGE_MOVES = (Move.NEXT, Move.PROBE, Move.ANYTHING_ELSE)
REQUEST_MOVES = (Move.REPEAT, Move.CLARIFY, Move.WAIT)
OPEN_QUESTION_MOVES = (Move.PROBE, *REQUEST_MOVES, Move.STOP)
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
    Intent.READY: Move.REPEAT,
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
    """Seq of the last turn before the answer to a request, or the candidate's return, ended a pause."""
    reopened_after_seq: int | None = None
    """Seq of the last turn before the candidate came back to the reopened interview."""

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
    left_open: tuple[int, ...]
    """Indexes of the core questions that were left open and will be asked once more, in this order."""
    revisited: int | None
    """Index of the core question that was left open and was asked once more last, or None."""
    may_accept_offer: bool
    """Whether the interviewer's last reply offered to move on to the next question."""
    follow_ups: tuple[str, ...]
    """What the interviewer has said in PROBE moves on the open question."""
    moves_used: dict[Move, int]
    """Number of PROBE, REPEAT, CLARIFY and WAIT moves that followed the open question."""
    exchanges: int
    is_wrapping_up: bool
    """Whether ANYTHING_ELSE was asked: all that is left is what the candidate adds or asks."""
    answers_given: int
    """Number of ANSWER moves since the question that was asked last."""
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
    recognizers: tuple[IntentRecognizer, ...]
    """Recognize requests in the interview's language, and in others that the candidate has used."""
    other_language: str | None
    """The language of most of the contribution, if it is not that of the interview (Turn.language)."""
    has_named_language: bool
    """Whether the interviewer has said, in both languages, in which language the interview is held."""
    is_spoken: bool
    """Whether the contribution ends with spoken words."""
    is_cut_off: bool
    """Whether the contribution ends with an answer that a failure or a lost connection cut off, and makes no request."""
    is_held: bool
    """Whether the candidate was asked to go on with an answer that was cut off. It gets no reply until they do."""
    last_turn_at: datetime | None
    is_resumed: bool
    """Whether the answer to a request, or the candidate's return, has ended a pause, and nobody has spoken since."""
    last_move: Move | None
    """The move of the interviewer's last turn that was heard."""
    last_move_at: datetime | None
    """When that turn ended."""
    last_move_seq: int
    """The sequence number of that turn."""
    signals: CandidateSignals
    typed_at: datetime | None
    """When the candidate was last typing a message that is not stored yet."""

    # --- the state

    @property
    def open_question(self) -> Question | None:
        """The core question that was asked last."""
        return self.position.questions[self._open_index] if self.questions_asked else None

    @property
    def _open_index(self) -> int:
        return self.questions_asked - 1 if self.revisited is None else self.revisited

    @property
    def next_question(self) -> Question | None:
        """The core question that NEXT would ask: the next one, or after the last one the first that was left open."""
        if self.questions_asked < len(self.position.questions):
            return self.position.questions[self.questions_asked]
        return self.position.questions[self.left_open[0]] if self.left_open else None

    @property
    def contribution_end(self) -> str:
        """The end of the contribution, as long as one message may be. Examining more word by word would block the event loop."""
        return self.contribution[-MAX_EXAMINED_CHARACTERS:]

    @property
    def time_left(self) -> timedelta:
        """The time until the limit, which is never negative.

        The limit starts with the candidate's first turn.
        """
        if self.limits.started_at is None:
            return self.limits.total
        return max(self.limits.started_at + self.limits.total - self.now, timedelta())

    @property
    def time_notice(self) -> str:
        """How much time is left, if a quarter or NOTICE_TIME of it was reached since the last reply; else an empty string."""
        limits = self.limits
        if limits.started_at is None or self.last_move_at is None or self.is_wrapping_up:
            return ""
        quarter = limits.total / 4
        thresholds = [quarter] if limits.total < 2 * NOTICE_TIME else [quarter, NOTICE_TIME]
        if abs(quarter - NOTICE_TIME) < timedelta(minutes=1):
            thresholds = thresholds[-1:]
        left_before = limits.started_at + limits.total - self.last_move_at
        if not any(self.time_left <= threshold < left_before for threshold in thresholds):
            return ""
        minutes = ceil(self.time_left / timedelta(minutes=1))
        return self.phrases.time_notice.format(minutes=self.phrases.minutes.format(minutes))

    @property
    def allowed_moves(self) -> tuple[Move, ...]:
        """The moves that a reply to the contribution may make. There is always at least one."""
        question = self.open_question
        minutes = (self.time_left - self.limits.reserve).total_seconds() / 60
        if question is None:
            return (self._first_move(minutes),)
        forced_move = Move.CLOSE if minutes <= 0 else self._requested_move
        if self.unheard_move in END_REASONS and minutes > 0:
            forced_move = self.unheard_move
        if forced_move:
            return (forced_move,)
        if self.unheard_move:
            return (Move.REPEAT, Move.WAIT, Move.STOP) if self._may_stop else (Move.REPEAT, Move.WAIT)
        may_answer = self.answers_given < MAX_FINAL_ANSWERS or not self.is_wrapping_up
        answers = [Move.ANSWER] if may_answer and self.phrases.job_questions.may_be_question(self.contribution) else []
        if self.is_wrapping_up:
            return (Move.CLOSE, *answers)
        if self._asks_back and not self._is_skipped:
            return (*answers, Move.REPEAT, Move.CLARIFY)
        return self._moves_after_answer(question, minutes, answers)

    def _moves_after_answer(self, question: Question, minutes: float, answers: Sequence[Move]) -> tuple[Move, ...]:
        """The moves after a contribution that may be an answer to the open question. `answers` holds ANSWER if it is allowed."""
        move_on = Move.NEXT if self._may_move_on(minutes) else Move.ANYTHING_ELSE
        if self._is_skipped:
            return (move_on,)
        is_unknown = Intent.UNKNOWN in self.intents
        may_probe = self._may_probe(question, minutes)
        if may_probe and self._is_thin:
            moves = [Move.PROBE, *answers]
        else:
            moves = [move_on, *answers]
            if may_probe and not is_unknown:
                moves.append(Move.PROBE)
        if not is_unknown:
            moves += [move for move in REQUEST_MOVES if self.moves_used[move] < MAX_TRIES_PER_QUESTION]
        if self._may_stop:
            moves.append(Move.STOP)
        return tuple(moves)

    def _first_move(self, minutes: float) -> Move:
        """Return the move after a spoken greeting over which the candidate may have spoken."""
        if self.is_confirmed or not self._may_move_on(minutes):
            return Move.CLOSE
        return self._wish if self._wish and Intent.DENY not in self.intents else Move.NEXT

    @property
    def _requested_move(self) -> Move | None:
        """The only move that answers a recognized request, or None if there is none."""
        if self.is_confirmed:
            return Move.CLOSE
        if self._wish and Intent.DENY not in self.intents and self._wish is not self.pending_confirmation:
            # nothing but the closing is left after ANYTHING_ELSE
            return Move.CLOSE if self.is_wrapping_up and self._wish is Move.STOP else self._wish
        for intent in self._requests:
            # A question that was not heard is asked before it is explained, and ANYTHING_ELSE needs no explanation.
            is_explanation = _REQUESTS[intent] is Move.CLARIFY
            return Move.REPEAT if is_explanation and (self.unheard_move or self.is_wrapping_up) else _REQUESTS[intent]
        if self._asks_about_job:
            return Move.ANSWER
        if self.must_name_language or (self.is_stop_pending and self.intents == {Intent.DENY}):
            return Move.REPEAT
        # "yes" after an ANYTHING_ELSE announces what the candidate wants to add
        is_announcement = self.is_wrapping_up and self.intents == {Intent.CONFIRM} and not self.moves_used[Move.WAIT]
        return Move.WAIT if is_announcement else None

    @property
    def must_name_language(self) -> bool:
        """Whether the contribution is the first one in another language than the interview's."""
        return self.other_language is not None and not self.has_named_language

    @property
    def _requests(self) -> list[Intent]:
        """The recognized requests that leave the question open, the most important first."""
        # a greeting after the first answer is part of an answer
        is_first = self.questions_asked == 1 and not self.exchanges and not self.is_wrapping_up
        return [intent for intent in _REQUESTS if intent in self.intents and (intent is not Intent.READY or is_first)]

    @property
    def _asks_about_job(self) -> bool:
        """Whether code is sure that the contribution is a question about the job or the process."""
        may_answer = self.answers_given < MAX_FINAL_ANSWERS or not self.is_wrapping_up
        return may_answer and not self._is_skipped and self.phrases.job_questions.is_question(self.contribution)

    @property
    def _wish(self) -> Move | None:
        """The move that asks for confirmation of the contribution's wish to end the interview, or None if there is none.

        A confirmation with the words of STOP ("Yes, stop.") confirms the pending wish, whichever it is.
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
        """The turns of the contribution if it answers no question of the position.

        It concerns the candidate's rights, says whether a wish is confirmed, or is a greeting before the first answer.
        """
        is_answer = self.is_stop_pending and bool(self.intents) and self.intents <= {Intent.CONFIRM, Intent.DENY, *_WISHES}
        is_greeting = Intent.READY in self._requests
        return self.contribution_seqs if is_answer or is_greeting or self.intents & _RIGHTS else ()

    @property
    def requested_accommodations(self) -> tuple[RequestKind, ...]:
        """The accommodations that the candidate requests; OTHER where the words do not say which."""
        if Intent.ACCOMMODATION not in self.intents:
            return ()
        found = (recognizer.find_accommodations(self.contribution) for recognizer in self.recognizers)
        return next(filter(None, found), (RequestKind.OTHER,))

    @property
    def _is_skipped(self) -> bool:
        """Whether the candidate wants to go on without answering the open question now."""
        return _is_skip(self.intents, may_accept_offer=self.may_accept_offer)

    @property
    def _may_come_back(self) -> bool:
        """Whether the open question is asked once more at the end if the candidate skips it now."""
        return 0 < self.questions_asked < len(self.position.questions) and not self.moves_used[Move.PROBE]

    @property
    def leaves_open(self) -> bool:
        """Whether a NEXT leaves the open question open, to ask it once more at the end."""
        return self._is_skipped and self._may_come_back and self.unheard_move is None and not self.is_wrapping_up

    @property
    def _asks_back(self) -> bool:
        """Whether the contribution is a short question, and none on the open question has been answered yet.

        It is no answer, so the question stays open. Later ones may be the way in which this candidate answers.
        """
        has_answered = self.answers_given or self.moves_used[Move.REPEAT] or self.moves_used[Move.CLARIFY]
        return not has_answered and not self.is_stop_pending and self.phrases.intents.is_short_question(self.contribution)

    @property
    def _is_thin(self) -> bool:
        """Whether the contribution is an answer that the probe reserved for the open question has to follow."""
        if self.moves_used[Move.PROBE]:
            return False
        if Intent.UNKNOWN in self.intents:
            return not self.moves_used[Move.CLARIFY]
        return len(self.contribution.split()) < THIN_ANSWER_WORDS

    @property
    def _may_stop(self) -> bool:
        if self.is_stop_pending or self.moves_used[Move.STOP] >= MAX_TRIES_PER_QUESTION:
            return False
        return any(recognizer.may_wish_to_stop(self.contribution) for recognizer in self.recognizers)

    @property
    def code_move(self) -> Move | None:
        """The move that code makes without asking the model, or None if the model is to be asked."""
        move = self._requested_move
        if move is None or self.allowed_moves != (move,):
            return None
        if move is Move.CLARIFY:
            is_asked = self.moves_used[Move.CLARIFY] < MAX_TRIES_PER_QUESTION
        else:
            # the model looks for a fact if code finds none
            is_asked = move is Move.ANSWER and not self.matched_facts[0]
        return None if is_asked else move

    @property
    def fallback_move(self) -> Move:
        """The move that code makes without the model.

        It answers a recognized request, repeats the question after an unclear message, probes a thin answer, and otherwise
        moves on.
        """
        if len(self.allowed_moves) == 1:
            return self.allowed_moves[0]
        if self.is_wrapping_up and Move.ANSWER in self.allowed_moves:
            return Move.ANSWER
        if Move.REPEAT in self.allowed_moves and not self.is_stop_pending and self.phrases.intents.is_unclear(self.contribution):
            return Move.REPEAT
        order = (Move.NEXT, Move.ANYTHING_ELSE, Move.CLOSE, Move.PROBE, Move.REPEAT)
        return next(move for move in order if move in self.allowed_moves)

    @property
    def end_reason(self) -> EndReason:
        """Why the interview ends if the move is CLOSE now."""
        if self.pending_confirmation and self.is_confirmed:
            return END_REASONS[self.pending_confirmation]
        if not self.is_wrapping_up and self.time_left <= self.limits.reserve:
            return EndReason.OUT_OF_TIME
        return EndReason.WRAPPED_UP if self.next_question is None else EndReason.OUT_OF_EXCHANGES

    @property
    def progress(self) -> Progress:
        """The interview's progress."""
        return Progress(
            question=self.questions_asked,
            question_key=self.question_key_after(Move.REPEAT),
            exchanges=self.exchanges,
            has_all_answers=self.next_question is None and self.is_wrapping_up,
        )

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
        match move:
            case Move.NEXT:
                # a request over the greeting is answered before the first question
                opening = self._accommodation_answer if self.open_question is None else ""
                if self.questions_asked == len(self.position.questions):
                    opening = self.phrases.come_back
                text = f"{opening} {self.next_question.text}".lstrip() if self.next_question else ""
            case Move.ANYTHING_ELSE:
                text = self.phrases.anything_else
            case Move.REPEAT:
                is_notice = self.is_resumed and not self.contribution
                text = self.repeat_question(self._resumption) if is_notice else self._last_question
            case Move.NUDGE:
                text = self.repeat_question(self.phrases.nudge)
            case Move.STOP | Move.WITHDRAW | Move.ALTERNATIVE:
                text = self.phrases.get_confirmation(move)
            case Move.CLOSE:
                text = self.phrases.closings[reason or self.end_reason]
            case _:
                text = ""
        return text

    def timeout_text(self, move: Move, reason: EndReason | None) -> str:
        """Return the text of `timeout_move`."""
        if move is Move.REPEAT and not self.is_resumed:
            return self.repeat_question(self.phrases.request_answers[Intent.REPEAT])
        return self.phrases.wait if move is Move.WAIT else self.scripted_text(move, reason)

    @property
    def welcome(self) -> str:
        """What precedes the next words to a candidate who has come back to a reopened interview; else an empty string."""
        is_reopened = self.limits.reopened_after_seq is not None
        is_back = is_reopened and self.limits.reopened_after_seq == self.limits.resumed_after_seq
        return self.phrases.welcome_back if self.is_resumed and is_back else ""

    @property
    def _resumption(self) -> str:
        """What precedes the open question after a pause."""
        return f"{self.welcome} {self.phrases.question_again}" if self.welcome else self.phrases.request_answered

    def repeat_question(self, opening: str) -> str:
        """Return the opening, followed by the question that the candidate was asked last."""
        pending = self.pending_confirmation
        return f"{opening} {self.scripted_text(pending) if pending else self._last_question}".strip()

    @property
    def _last_question(self) -> str:
        """The text of the question that the candidate was asked last, apart from confirmations."""
        if self.is_wrapping_up:
            return self.phrases.anything_else_again
        return self.open_question.text if self.open_question else ""

    @property
    def go_on_text(self) -> str:
        """Return what asks the candidate to go on, in writing, with an answer that was cut off."""
        words = self.contribution.split()
        quoted = " ".join(words if len(words) <= MAX_QUOTED_WORDS else ["…", *words[-MAX_QUOTED_WORDS:]])
        return self.repeat_question(self.phrases.go_on_in_writing.format(words=quoted))

    @property
    def matched_facts(self) -> tuple[list[Fact], bool]:
        """The facts that answer the candidate's question by its words, and whether they answer all of it."""
        find_content_words = self.phrases.speech_rules.find_content_words
        return self.phrases.job_questions.match_facts(self.contribution_end, self.position.facts, find_content_words)

    def answer_text(self, facts: Sequence[Fact] | None = None) -> str:
        """Return the text of an ANSWER: the facts, by default those that code finds, then the open question again."""
        if facts is None:
            facts, is_complete = self.matched_facts
        else:
            is_complete = True
        noted = "" if facts and is_complete else self.phrases.noted_rest if facts else self.phrases.noted_question
        opening = " ".join([*(fact.answer for fact in facts), *([noted] if noted else [])])
        back = "" if self.is_wrapping_up else f"{self.phrases.back_to_question} "
        return f"{opening} {back}{self._last_question}"

    def fallback_text(self, rejected_move: Move | None = None) -> str:
        """Return the text of `fallback_move`.

        `rejected_move` is the move that the model chose, if that is not allowed.
        """
        move, phrases = self.fallback_move, self.phrases
        match move:
            case Move.REPEAT:
                text = f"{self._repeat_opening} {self.scripted_text(move)}"
            case Move.WAIT:
                text = phrases.wait
            case Move.ANSWER:
                text = self.answer_text()
            case Move.PROBE:
                variants = phrases.similar_experience if Intent.UNKNOWN in self.intents else phrases.follow_ups
                text = variants[self._open_index % len(variants)]
            case Move.CLARIFY:
                text = self.repeat_question(self._explanation)
            case Move.NEXT if rejected_move in REQUEST_MOVES:
                text = f"{phrases.move_on} {self.scripted_text(move)}"
            case _:
                text = self.scripted_text(move)
        return text

    @property
    def _explanation(self) -> str:
        """What code says before the open question that it explains: an explanation of any question, or the offer to move on."""
        if self.moves_used[Move.CLARIFY] < MAX_TRIES_PER_QUESTION:
            return self.phrases.explain
        return self.phrases.offer_to_come_back if self._may_come_back else self.phrases.offer_to_move_on

    @property
    def _repeat_opening(self) -> str:
        """The words before a repetition of the open question, such as the answer to a recognized request."""
        phrases = self.phrases
        notice = ""
        if self.other_language and self.must_name_language:
            notice = f"{phrases.language_notices[self.other_language].get_text(is_spoken=self.is_spoken)} "
        if answer := self._accommodation_answer:
            return f"{notice}{answer} {phrases.question_again}"
        requests = [intent for intent in self._requests if intent in phrases.request_answers]
        if requests:
            return f"{notice}{phrases.request_answers[requests[0]]}"
        is_denial = self._requested_move is Move.REPEAT and not notice
        return f"{notice}{phrases.carry_on if is_denial else phrases.question_again}"

    def question_key_after(self, move: Move) -> str | None:
        """Return the key of the core question that a turn with that move belongs to.

        Returns None for the greeting, and from ANYTHING_ELSE on.
        """
        if self.is_wrapping_up or move in (Move.GREET, Move.CLOSE, Move.ANYTHING_ELSE):
            return None
        question = self.next_question if move is Move.NEXT else self.open_question
        return question.key if question else None

    def progress_after(self, move: Move) -> Progress:
        """Return the interview's progress after that move."""
        is_exchange = bool(self.contribution and self.questions_asked) and _counts_as_exchange(
            move, is_final=self.is_stop_pending or self.is_wrapping_up, leaves_open=self.leaves_open
        )
        is_last_answer = move is Move.ANYTHING_ELSE or (
            move is Move.CLOSE and bool(self.contribution) and not self.is_stop_pending
        )
        return Progress(
            question=min(self.questions_asked + (move is Move.NEXT), len(self.position.questions)),
            question_key=self.question_key_after(move),
            exchanges=self.exchanges + is_exchange,
            has_all_answers=self.next_question is None and (self.is_wrapping_up or is_last_answer),
        )

    # --- signals, silence and the time limit

    @property
    def signal_move(self) -> Move | None:
        """The move that a signal of the candidate asks for, or None; a contribution takes precedence."""
        if (self.contribution and not self.is_held) or self.open_question is None:
            return None
        repeat_seq, more_time_seq = self.signals.repeat_seq, self.signals.more_time_seq
        if repeat_seq is not None and repeat_seq >= self.last_move_seq:
            return self.pending_confirmation or Move.REPEAT
        is_time_requested = more_time_seq is not None and more_time_seq >= self.last_move_seq
        return Move.WAIT if is_time_requested and self.last_move is not Move.WAIT else None

    @property
    def finish_at(self) -> datetime | None:
        """When a candidate who is typing near or after the time limit must have finished; None if they are not typing."""
        started_at, typed_at = self.limits.started_at, self.typed_at
        if started_at is None or typed_at is None:
            return None
        finish_at = min(typed_at + TYPING_DURATION, started_at + self.limits.total + MAX_TYPED_OVERTIME)
        return finish_at if self.now < finish_at else None

    @property
    def may_finish_message(self) -> bool:
        """Whether the closing waits for a message, because the time is over and the candidate is still typing."""
        is_closing = self.time_left <= self.limits.reserve and not self.is_confirmed
        return is_closing and self.finish_at is not None

    def due_after(self, last_turn_at: datetime) -> datetime | None:
        """Return when the interviewer must act if no turn follows; None until the candidate's first turn."""
        limits = self.limits
        if limits.started_at is None:
            return None
        if self.is_resumed and last_turn_at == self.last_turn_at:
            return self.now
        if limits.paused_until and self.now < limits.paused_until:
            return limits.paused_until + min(self.time_left, limits.max_silence)
        silent_since = max(last_turn_at, limits.paused_until) if limits.paused_until else last_turn_at
        limit = limits.started_at + limits.total
        typed_at = self.typed_at or silent_since
        silence_ends = [max(silent_since, typed_at) + limits.max_silence, self.signals.more_time_until]
        if self.typed_at:
            limit = max(limit, min(self.typed_at + TYPING_DURATION, limit + MAX_TYPED_OVERTIME))
            silence_ends.append(self.typed_at + TYPING_DURATION)
        return min(limit, max(moment for moment in silence_ends if moment))

    @property
    def timeout_move(self) -> tuple[Move, EndReason | None] | None:
        """The move that is due without a contribution, or None.

        It is a CLOSE at the time limit, the answer to a signal, or after a silence a NUDGE or a CLOSE.
        """
        due_at = self.due_after(self.last_turn_at) if self.last_turn_at else None
        is_due = due_at is not None and self.now >= due_at
        if is_due and self.time_left == timedelta() and not self.is_wrapping_up:
            return Move.CLOSE, EndReason.OUT_OF_TIME
        if self.signal_move and self.time_left > timedelta():
            return self.signal_move, None
        if not is_due:
            return None
        if self.is_resumed:
            return Move.REPEAT, None
        if self.is_wrapping_up:
            return Move.CLOSE, self.end_reason
        return (Move.CLOSE, EndReason.CANDIDATE_LEFT) if self.has_nudged else (Move.NUDGE, None)

    # --- conditions

    def _may_move_on(self, minutes: float) -> bool:
        exchanges = self.exchanges + (not self.leaves_open)
        return self.next_question is not None and exchanges < self.position.wrap_up_after_exchanges and minutes > 0

    def _may_probe(self, question: Question, minutes: float) -> bool:
        reserved = len(self.position.questions) - self.questions_asked + len(self.left_open)
        if self.moves_used[Move.PROBE]:
            later = [*range(self.questions_asked, len(self.position.questions)), *self.left_open]
            reserved += sum(bool(self.position.questions[index].max_probes) for index in later)
        exchanges_left = self.position.wrap_up_after_exchanges - (self.exchanges + 1)
        even_share = (self.limits.total - self.limits.reserve).total_seconds() / 60 / len(self.position.questions)
        has_time = minutes >= (reserved + 1) * min(MINUTES_PER_ANSWER, even_share / 2)
        return self.moves_used[Move.PROBE] < question.max_probes and exchanges_left > reserved and has_time


def _counts_as_exchange(move: Move | None, *, is_final: bool, leaves_open: bool) -> bool:
    if move is Move.NEXT:
        return not leaves_open
    return move in EXCHANGE_MOVES or (move is Move.CLOSE and not is_final)


def _is_skip(intents: frozenset[Intent], *, may_accept_offer: bool) -> bool:
    """Return whether a contribution skips the open question.

    After the offer to move on, a plain "yes", "no" or "let's go on" does so too.
    """
    return Intent.SKIP in intents or (may_accept_offer and bool(intents) and intents <= {Intent.CONFIRM, Intent.DENY})


def _can_answer(turn: Turn | None, question: Turn | None) -> bool:
    """Return whether a candidate's turn can answer the question.

    It can if the question was stored earlier or, if it is spoken, had started to play.
    """
    if turn is None or question is None:
        return False
    if question.channel is Channel.VOICE:
        return turn.seq > question.seq or turn.started_at > question.started_at
    return turn.seq > question.seq


def _find_language(turns: Sequence[Turn]) -> str | None:
    """Return the other language in which more than half of the words of a contribution are."""
    words: Counter[str | None] = Counter()
    for turn in turns:
        words[turn.language] += len(turn.text.split())
    language, count = words.most_common(1)[0] if words else (None, 0)
    return language if 2 * count > words.total() else None


def _find_recognizers(phrases: CodePhrases, turns: Iterable[Turn]) -> tuple[IntentRecognizer, ...]:
    """Return the recognizers of the interview's language and of the others in which the candidate has spoken."""
    languages = dict.fromkeys(turn.language for turn in turns if turn.language)
    return (phrases.intents, *(phrases.intents_by_language[language] for language in languages))


def _recognize(recognizers: Iterable[IntentRecognizer], turns: Iterable[Turn]) -> frozenset[Intent]:
    """Return the requests in a contribution."""
    # repeated sentences would exceed the maximum length of a request
    distinct_text = "\n".join(dict.fromkeys(turn.text for turn in turns))
    return next(filter(None, (recognizer.recognize(distinct_text) for recognizer in recognizers)), frozenset())


def _recognize_reply(
    phrases: CodePhrases, candidate_turns: Mapping[int, Turn], replied_turns: Sequence[Turn]
) -> frozenset[Intent]:
    """Return the requests in an earlier contribution, as they were recognized when it was replied to."""
    heard = (turn for seq, turn in candidate_turns.items() if seq <= replied_turns[-1].seq)
    return _recognize(_find_recognizers(phrases, heard), replied_turns)


def _find_typing(signals: CandidateSignals, candidate_turns: dict[int, Turn]) -> datetime | None:
    """Return when the candidate was last typing a message that is not stored yet."""
    last_turn = next(reversed(candidate_turns.values()), None)
    is_over = signals.typed_at and last_turn and signals.typed_at <= last_turn.ended_at
    return None if is_over else signals.typed_at


@dataclass(slots=True)
class _AskedQuestions:
    """Which core questions were asked, and which of them were left open, in the course of the turns."""

    total: int
    count: int = 0
    left_open: list[int] = field(default_factory=list)
    revisited: int | None = None

    def ask_next(self, *, leaves_open: bool) -> None:
        """Ask the next core question, or after the last one the first that was left open."""
        if leaves_open:
            self.left_open.append(self.count - 1)
        if self.count < self.total:
            self.count += 1
        elif self.left_open:
            self.revisited = self.left_open.pop(0)


def derive_plan(
    position: PositionContent,
    language: str,
    phrases: CodePhrases,
    turns: Sequence[Turn],
    limits: TimeLimits,
    now: datetime,
    signals: CandidateSignals | None = None,
) -> InterviewPlan:
    """Derive the plan from the stored turns. The same arguments always give the same plan."""
    exchanges = answered_seq = answers_given = 0
    asked = _AskedQuestions(len(position.questions))
    is_wrapping_up = has_offered = False
    moves_used = dict.fromkeys(OPEN_QUESTION_MOVES, 0)
    follow_ups: list[str] = []
    has_nudged = has_named_language = False
    question: Turn | None = None
    # the first move of its kind that asks for confirmation and that only NUDGEs have followed
    stop: Turn | None = None
    spoken = [turn for turn in turns if turn.speaker is Speaker.INTERVIEWER and turn.move is not None]
    candidate_turns = {turn.seq: turn for turn in turns if turn.speaker is Speaker.CANDIDATE}
    for turn in spoken:
        reply_to_seq = turn.answers or 0
        is_reply = reply_to_seq > answered_seq
        if turn.move is Move.CLOSE and turn.seq <= (limits.reopened_after_seq or 0) and not is_wrapping_up and stop is None:
            # the candidate has come back, so this closing is undone
            has_nudged = False
            continue
        replied_turns = [candidate_turns[seq] for seq in range(answered_seq + 1, reply_to_seq + 1) if seq in candidate_turns]
        answered_seq = max(answered_seq, reply_to_seq)
        has_nudged = turn.move is Move.NUDGE
        if has_nudged or (turn.move is Move.WAIT and not is_reply):
            # Neither is a reply, and what was asked last stays open.
            continue
        answered_turn = candidate_turns.get(reply_to_seq)
        leaves_open = (
            turn.move is Move.NEXT
            and is_reply
            and 0 < asked.count < len(position.questions)
            and not moves_used[Move.PROBE]
            and _can_answer(answered_turn, stop or question)
            and _is_skip(_recognize_reply(phrases, candidate_turns, replied_turns), may_accept_offer=has_offered)
        )
        exchanges += (
            is_reply
            and asked.count > 0
            and _counts_as_exchange(
                turn.move, is_final=is_wrapping_up or _can_answer(answered_turn, stop), leaves_open=leaves_open
            )
        )
        answers_given += turn.move is Move.ANSWER
        if turn.move in (Move.NEXT, Move.ANYTHING_ELSE):
            if turn.move is Move.NEXT:
                asked.ask_next(leaves_open=leaves_open)
            is_wrapping_up = turn.move is Move.ANYTHING_ELSE
            question = turn
            answers_given = 0
            follow_ups = []
            moves_used = dict.fromkeys(OPEN_QUESTION_MOVES, 0)
        elif turn.move is Move.PROBE:
            follow_ups.append(turn.text)
        is_language_notice = turn.move is Move.REPEAT and not has_named_language and _find_language(replied_turns) is not None
        has_named_language = has_named_language or is_language_notice
        if turn.move in moves_used and is_reply and _can_answer(answered_turn, question) and not is_language_notice:
            moves_used[turn.move] += 1
        # code explains more often than the model may, and then offers to move on
        has_offered = turn.move is Move.CLARIFY and moves_used[Move.CLARIFY] > MAX_TRIES_PER_QUESTION
        if turn.move not in END_REASONS or stop is None or stop.move is not turn.move:
            stop = turn if turn.move in END_REASONS else None
    unanswered_turns = [turn for seq, turn in candidate_turns.items() if seq > answered_seq]
    contribution = "\n".join(turn.text for turn in unanswered_turns)
    last_question = stop or question
    is_unheard = bool(unanswered_turns) and last_question is not None and not _can_answer(unanswered_turns[-1], last_question)
    signals = signals or CandidateSignals()
    recognizers = _find_recognizers(phrases, candidate_turns.values())
    intents = _recognize(recognizers, unanswered_turns)
    is_cut_off = bool(unanswered_turns) and unanswered_turns[-1].interrupted and not intents
    return InterviewPlan(
        position=position,
        language=language,
        phrases=phrases,
        limits=limits,
        now=now,
        questions_asked=asked.count,
        left_open=tuple(asked.left_open),
        revisited=asked.revisited,
        may_accept_offer=has_offered,
        follow_ups=tuple(follow_ups),
        moves_used=moves_used,
        exchanges=exchanges,
        is_wrapping_up=is_wrapping_up,
        answers_given=answers_given,
        pending_confirmation=stop.move if stop and not is_unheard else None,
        unheard_move=None if not is_unheard else stop.move if stop else Move.NEXT,
        has_nudged=has_nudged,
        has_greeted=bool(spoken),
        reply_to_seq=unanswered_turns[-1].seq if unanswered_turns else answered_seq,
        contribution=contribution,
        contribution_seqs=tuple(turn.seq for turn in unanswered_turns),
        intents=intents,
        recognizers=recognizers,
        other_language=_find_language(unanswered_turns),
        has_named_language=has_named_language,
        is_spoken=bool(unanswered_turns) and unanswered_turns[-1].channel is Channel.VOICE,
        is_cut_off=is_cut_off,
        is_held=is_cut_off and bool(spoken) and spoken[-1].seq > unanswered_turns[-1].seq,
        last_turn_at=turns[-1].ended_at if turns else None,
        is_resumed=bool(turns) and limits.resumed_after_seq is not None and turns[-1].seq <= limits.resumed_after_seq,
        last_move=spoken[-1].move if spoken else None,
        last_move_at=spoken[-1].ended_at if spoken else None,
        last_move_seq=spoken[-1].seq if spoken else 0,
        signals=signals,
        typed_at=_find_typing(signals, candidate_turns),
    )
