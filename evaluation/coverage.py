"""Which questions were asked and answered, and whether the interview as a whole can carry a score. Pure functions."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from evaluation.evidence import choose_wording
from evaluation.substance import MIN_CONTENT_WORDS, find_content_words, is_unknown
from evaluation.wording import Wording
from models.documents.evaluation import InconclusiveReason, QuestionCoverage
from models.documents.interview import EndReason, Interview
from models.documents.position import Criterion, PositionContent, Question
from models.documents.turn import Move, Speaker, Turn
from models.wording.language_identification import LanguageRanker, is_other_language

MAX_CODE_SHARE = Fraction(1, 3)
"""Above this share of replies by code, because Claude was away, answers were not followed up as for other candidates."""
MAX_UNCLEAR_SHARE = Fraction(1, 2)
"""Above this share of the candidate's words in another language, or recognized with low confidence, there is no score."""
LOW_CONFIDENCE = 0.6
"""Recognition confidence of a turn below which its words count as heard badly."""

_COMPLETE_END_REASONS = (EndReason.WRAPPED_UP, EndReason.OUT_OF_TIME, EndReason.OUT_OF_EXCHANGES)


class InterviewCoverage:
    """Which of a position's questions were asked, followed up and answered in a transcript."""

    def __init__(
        self, position: PositionContent, turns: Sequence[Turn], wording: Wording, wordings: Mapping[str, Wording]
    ) -> None:
        self._questions = position.questions
        self._asked = {turn.question_key for turn in turns if turn.question_key}
        self._followed_up = {
            turn.question_key for turn in turns if turn.speaker is Speaker.INTERVIEWER and turn.move is Move.PROBE
        }
        candidate_turns = [turn for turn in turns if turn.speaker is Speaker.CANDIDATE]
        answers = [(turn, choose_wording(turn, wording, wordings)) for turn in candidate_turns]
        self._declined = {turn.question_key for turn, own_wording in answers if is_unknown(turn.text, own_wording)}
        self._answered = {turn.question_key for turn, own_wording in answers if _has_substance(turn.text, own_wording)}

    @property
    def is_complete(self) -> bool:
        """Whether every question of the position was answered, or declined."""
        return all(question.key in self._answered | self._declined for question in self._questions)

    def list_questions(self, criterion: Criterion) -> list[QuestionCoverage]:
        """Return the coverage of each question that serves the criterion."""
        return [
            QuestionCoverage(
                question_key=question.key, asked=question.key in self._asked, answered=question.key in self._answered
            )
            for question in self._serving(criterion)
        ]

    def get_answered_share(self, criterion: Criterion) -> Fraction:
        """Return the share of the questions that serve the criterion which were answered."""
        questions = self.list_questions(criterion)
        return Fraction(sum(question.answered for question in questions), len(questions))

    def was_explored(self, criterion: Criterion) -> bool:
        """Return whether each question that serves the criterion was asked, and followed up or declined."""
        return all(
            question.key in self._followed_up
            or question.key in self._declined
            or (question.key in self._asked and not question.max_probes)
            for question in self._serving(criterion)
        )

    def was_asked(self, criterion: Criterion) -> bool:
        """Return whether any question that serves the criterion was asked."""
        return any(question.key in self._asked for question in self._serving(criterion))

    def _serving(self, criterion: Criterion) -> list[Question]:
        serving = [question for question in self._questions if criterion.key in question.criterion_keys]
        return serving or list(self._questions)


def _has_substance(text: str, wording: Wording) -> bool:
    return len(find_content_words(text, wording)) >= MIN_CONTENT_WORDS and not is_unknown(text, wording)


def find_interview_problem(
    interview: Interview, turns: Sequence[Turn], coverage: InterviewCoverage, language: str, languages: LanguageRanker
) -> InconclusiveReason | None:
    """Return why the interview as a whole carries no score, whatever the answers show; None if it does.

    `language` is the primary BCP 47 subtag of the interview's language.
    """
    candidate_turns = [turn for turn in turns if turn.speaker is Speaker.CANDIDATE]
    if not candidate_turns:
        return InconclusiveReason.NOTHING_SAID
    if interview.end_reason not in _COMPLETE_END_REASONS and not coverage.is_complete:
        stopped = interview.end_reason is EndReason.CANDIDATE_ENDED
        return InconclusiveReason.CANDIDATE_STOPPED if stopped else InconclusiveReason.BROKEN_OFF
    if interview.replies and Fraction(interview.code_replies, interview.replies) > MAX_CODE_SHARE:
        return InconclusiveReason.HELD_BY_CODE
    if _share_of_words(candidate_turns, lambda turn: is_other_language(turn.text, language, languages)) > MAX_UNCLEAR_SHARE:
        return InconclusiveReason.OTHER_LANGUAGE
    unclear = _share_of_words(candidate_turns, lambda turn: turn.confidence is not None and turn.confidence < LOW_CONFIDENCE)
    return InconclusiveReason.HEARD_BADLY if unclear > MAX_UNCLEAR_SHARE else None


def _share_of_words(turns: Sequence[Turn], condition: Callable[[Turn], bool]) -> Fraction:
    """Return the share of the turns' words that are in turns for which the condition holds."""
    words = sum(len(turn.text.split()) for turn in turns)
    return Fraction(sum(len(turn.text.split()) for turn in turns if condition(turn)), max(1, words))
