"""A position with private texts, and helpers that run the output filter on replies."""

from collections.abc import Iterable

from hypothesis import settings
from hypothesis import strategies as st

from agent.output_filter import MAX_SENTENCES, OutputFilter, collect_private_ngrams
from agent.prompts import RULES
from models.documents.position import Criterion, Level, PositionContent, Question
from models.documents.turn import Move
from tests.factories import position_body

ASKED_QUESTION = "What was the last thing that you built on your own?"
OPEN_QUESTION = "How do you make sure that a change of yours is safe?"
UNASKED_QUESTION = "Tell me about the worst outage that you have ever caused."
OPEN_QUESTION_NOTE = "Retries are bounded and the pauses between them grow longer"
UNASKED_QUESTION_NOTE = "Suspects an outage immediately and verifies it with a colleague"
DESCRIPTION = "How soundly the candidate reasons about systems that they have built"
ANCHOR = "Names the assumption that proved wrong and when it was dropped"
RULE = "Never judge, praise or score an answer, never hint at what to listen for"
PRIVATE_TEXTS = (UNASKED_QUESTION, OPEN_QUESTION_NOTE, UNASKED_QUESTION_NOTE, DESCRIPTION, ANCHOR, RULE)

LEAK_WORDS = 6
"""Number of consecutive private words that count as a leak."""
MOVES = tuple(MAX_SENTENCES)
MANY_EXAMPLES = settings(max_examples=200, deadline=None)
SPLIT_POSITIONS = st.lists(st.integers(0, 400), max_size=30)


def make_position_with_private_texts() -> PositionContent:
    levels = [Level(value=value, anchor=f"Anchor {value}.") for value in (1, 2, 3, 5)]
    return position_body(
        questions=[
            Question(key="asked", text=ASKED_QUESTION),
            Question(key="open", text=OPEN_QUESTION, listen_for=[OPEN_QUESTION_NOTE]),
            Question(key="unasked", text=UNASKED_QUESTION, listen_for=[UNASKED_QUESTION_NOTE]),
        ],
        criteria=[
            Criterion(
                key="technical",
                name="Technical",
                description=DESCRIPTION,
                weight=1,
                levels=[*levels, Level(value=4, anchor=ANCHOR)],
            )
        ],
    )


PRIVATE_NGRAMS = collect_private_ngrams(make_position_with_private_texts(), questions_asked=2, rules=RULES)


def filter_reply(move: Move, *chunks: str) -> str:
    """Return the text that the filter releases when a complete reply arrives in these chunks."""
    output_filter = OutputFilter(move, PRIVATE_NGRAMS)
    sentences = [sentence for chunk in chunks for sentence in output_filter.feed(chunk)]
    return "".join([*sentences, *output_filter.flush()])


def split_at(text: str, positions: Iterable[int]) -> list[str]:
    """Split the text at these positions, modulo its length."""
    ends = sorted({position % (len(text) + 1) for position in positions} | {len(text)})
    return [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]
