"""Decide which verified quotes may carry a level. Pure functions.

A verified quote shows that the words were said, not that they are worth anything: any five words can be quoted, and so can an
instruction to the evaluator.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from evaluation.evidence import SearchableTranscript, choose_wording
from evaluation.wording import Wording
from evaluation.words import fold_words, skip_fillers, split_sentences, split_words
from models.documents.evaluation import Evidence
from models.documents.position import PositionContent
from models.documents.turn import Speaker, Turn
from text import INVISIBLE

MIN_CONTENT_WORDS = 3
"""Minimum number of different content words in a quote that carries a level."""

MAX_CRITERIA_PER_SPAN = 2
"""Maximum number of criteria that the same span can be evidence for."""

_ROLES = r"(?:system|assistant|evaluator|assessor|grader|judge)"
_ADDRESS_MARKUP = re.compile(
    # tags of prompts, but not those of HTML or generic types
    r"</?(?:system|assistant|user|human|instructions?|transcript|turn|evaluat\w{2,3}|judge\w{0,5}|score|level|rubric|criteri\w{1,3}"
    r"|questions|prompt|admin|override|result|thinking|answer)(?:\s[^<>]{0,200})?/?>"
    r"|<\|[a-z_]{2,30}\|>|\[/?(?:INST|SYS(?:TEM)?)\]|<<SYS>>"
    # a role or a rating at the beginning of a line or sentence
    rf"|(?:^|[\n.!?\]\"'(])[ \t>*#]{{0,10}}\[?{_ROLES}\]?[ \t]?:"
    rf"|^[ \t]{{0,10}}#{{1,6}}[ \t]{{0,10}}(?:{_ROLES}|instructions?)\b"
    r"|(?:^|[\n.!?,{(])[ \t]{0,10}[\"']?(?:my |the |final |overall |total )?(?:score|rating|level|grade|recommendation)[\"']?"
    r"[ \t]?[:=][ \t]?(?:[1-9]\d{0,2}\b(?!\.\d)|max|top|full|five|strong)",
    re.IGNORECASE | re.MULTILINE,
)


def find_evaluator_addresses(turns: Iterable[Turn], wording: Wording) -> list[int]:
    """Return the seqs of the candidate's turns that speak to the evaluator of the interview, in order.

    Such a turn tries to give instructions, claims a level, or imitates the markup of a prompt.
    """
    return [turn.seq for turn in turns if turn.speaker is Speaker.CANDIDATE and _addresses_evaluator(turn.text, wording)]


def _addresses_evaluator(text: str, wording: Wording) -> bool:
    if _ADDRESS_MARKUP.search(INVISIBLE.sub("", text)) or wording.evaluator_addresses.search(_fold(text, wording)):
        return True
    sentences = (_fold(text[start:end], wording) for start, end in split_sentences(text))
    return any(wording.evaluation_references.search(it) and wording.evaluation_terms.search(it) for it in sentences)


def _fold(text: str, wording: Wording) -> str:
    words = split_words(text, wording.numbers)
    return fold_words(words[index] for index in skip_fillers(words, wording))


def select_supporting_evidence(
    position: PositionContent, transcript: SearchableTranscript, found: Mapping[str, Sequence[Evidence]]
) -> dict[str, list[Evidence]]:
    """Return the evidence that may carry a level, by the key of the criterion it was claimed for.

    A quote carries a level for a criterion if all of this is true:

    - Its turn answers a question that serves the criterion. A criterion that no question serves takes any answered question.
    - It has at least MIN_CONTENT_WORDS different content words, one of which is not in the text of the question. Words about
      evaluations, and those of the criteria's names, do not count.
    - Its turn does not speak to the evaluator.
    - Its sentences are not all an "I don't know".
    - The same span is claimed for at most MAX_CRITERIA_PER_SPAN criteria; two spans are the same if they overlap by more than
      half of the shorter one, or if they have the same words, as in an answer that is given again. A span claimed for more is
      specific to none of them, and carries no level for any.
    """
    selection = _Selection(position, transcript)
    overclaimed = _find_overclaimed_spans(found, transcript.wording)
    return {
        key: [
            evidence
            for evidence in claimed
            if (evidence.seq, evidence.start, evidence.end) not in overclaimed and selection.supports(evidence, key)
        ]
        for key, claimed in found.items()
    }


class _Selection:
    """The rules that concern one quote and one criterion."""

    def __init__(self, position: PositionContent, transcript: SearchableTranscript) -> None:
        self._wording, self._wordings = transcript.wording, transcript.wordings
        self._turns = {turn.seq: turn for turn in transcript.turns}
        self._addresses = set(find_evaluator_addresses(transcript.turns, transcript.wording))
        self._criteria = {question.key: set(question.criterion_keys) for question in position.questions}
        self._criterion_words = find_content_words(" ".join(criterion.name for criterion in position.criteria), self._wording)
        self._question_words = {
            question.key: find_content_words(question.text, transcript.wording) for question in position.questions
        }

    def supports(self, evidence: Evidence, criterion_key: str) -> bool:
        """Whether the quote may carry a level for the criterion, as far as other criteria do not matter."""
        question_key = self._turns[evidence.seq].question_key
        if question_key not in self._criteria or evidence.seq in self._addresses:
            return False
        is_served = any(criterion_key in criteria for criteria in self._criteria.values())
        if is_served and criterion_key not in self._criteria[question_key]:
            return False
        wording = choose_wording(self._turns[evidence.seq], self._wording, self._wordings)
        content = find_content_words(evidence.quote, wording) - self._criterion_words
        has_substance = len(content) >= MIN_CONTENT_WORDS and not content <= self._question_words[question_key]
        return has_substance and not is_unknown(evidence.sentence, wording)


def find_content_words(text: str, wording: Wording) -> set[str]:
    """Return the different words of a text that carry meaning: no fillers, no stop words, and no words about evaluations."""
    words = split_words(text, wording.numbers)
    essential = (words[index] for index in skip_fillers(words, wording))
    return {
        part
        for word in essential
        for part in ([word.normalized] if word.is_number else re.split(r"['/-]", word.normalized))
        if (len(part) > 1 or word.is_number) and part not in wording.stop_words and part not in wording.evaluation_words
    }


def is_unknown(text: str, wording: Wording) -> bool:
    """Return whether every sentence of a text says that the speaker does not know."""
    return all(_is_unknown_sentence(text[start:end], wording) for start, end in split_sentences(text))


def _is_unknown_sentence(sentence: str, wording: Wording) -> bool:
    folded = _fold(sentence, wording)
    while (rest := wording.unknown_openings.strip_start(folded)) is not None:
        folded = rest
    rest = wording.unknown.strip_start(folded)
    return rest is not None and wording.contrasts.search(rest) is None


def _find_overclaimed_spans(found: Mapping[str, Sequence[Evidence]], wording: Wording) -> set[tuple[int, int, int]]:
    """Return the spans (seq, start, end) that are claimed for more than MAX_CRITERIA_PER_SPAN criteria."""
    criteria: dict[tuple[int, int, int], set[str]] = defaultdict(set)
    criteria_by_words: dict[str, set[str]] = defaultdict(set)
    words: dict[tuple[int, int, int], str] = {}
    for key, claimed in found.items():
        for evidence in claimed:
            span = evidence.seq, evidence.start, evidence.end
            words[span] = _fold(evidence.quote, wording)
            criteria[span].add(key)
            criteria_by_words[words[span]].add(key)
    spans = sorted(criteria)
    claims = {span: set(criteria_by_words[words[span]]) for span in spans}
    for index, span in enumerate(spans):
        seq, _, end = span
        for other in spans[index + 1 :]:
            if other[0] != seq or other[1] >= end:
                break
            overlap = min(end, other[2]) - other[1]
            if 2 * overlap > min(end - span[1], other[2] - other[1]):
                claims[span] |= criteria[other]
                claims[other] |= criteria[span]
    return {span for span, keys in claims.items() if len(keys) > MAX_CRITERIA_PER_SPAN}
