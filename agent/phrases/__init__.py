"""The interviewer's fixed phrases by language: greeting, repetitions, and everything that must not depend on a model.

Each language is one YAML file in this folder.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SkipValidation

from agent.intents import Intent, IntentRecognizer, load_intent_recognizers
from agent.job_questions import JobQuestionRecognizer, load_job_question_recognizers
from agent.speech_rules import SpeechRules, load_speech_rules
from lifecycle.closings import load_closings
from models.documents.interview import EndReason, RequestKind
from models.documents.language import primary_language
from models.documents.turn import Move
from models.wording.data_files import read_yaml
from models.wording.language_identification import LanguageRanker

LANGUAGES = ("en", "de", "es", "fr")
"""Primary BCP 47 subtags of the languages in which an interview can be held."""

_FOLDER = Path(__file__).parent


class _PhraseModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


def _split_backchannels(phrases: Sequence[str | tuple[str, ...]]) -> Sequence[tuple[str, ...]]:
    """Return the words of each phrase, the longest phrases first."""
    return sorted((tuple(phrase.split()) if isinstance(phrase, str) else phrase for phrase in phrases), key=len, reverse=True)


class CountedNoun(_PhraseModel):
    """A noun after a number, in singular and plural."""

    one: str
    other: str
    """Contains `{count}`."""

    def format(self, count: int) -> str:
        """Return the noun with the number."""
        return self.one if count == 1 else self.other.format(count=count)


class LanguageNotice(_PhraseModel):
    """What is said, in both languages, about a contribution in another language than the interview's."""

    spoken: str
    """After speech: it offers typing."""
    typed: str

    def get_text(self, *, is_spoken: bool) -> str:
        """Return the text after speech or after a typed message."""
        return self.spoken if is_spoken else self.typed


class CodePhrases(_PhraseModel):
    """The phrases of one language, and the rules for what a model says in it."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    speech_rules: SpeechRules = Field(exclude=True)
    """The rules that each of the model's sentences must pass."""
    greeting: str
    """Contains `{name}`, `{title}`, `{questions}` and `{minutes}`; use `format_greeting`."""
    questions: CountedNoun
    minutes: CountedNoun
    question_again: str
    """Precedes the open question when a reply was cut off before its own question."""
    move_on: str
    """Precedes the next question when the candidate has used up a request, such as repeating the question."""
    wait: str
    stop: str
    """Asks the candidate to confirm that they want to end the interview."""
    withdraw: str
    """Asks the candidate to confirm that they withdraw their consent, and says what follows."""
    alternative: str
    """Asks the candidate to confirm that they want a conversation with a person instead."""
    nudge: str
    """Precedes the open question after a long silence. It asks nothing itself."""
    after_interruption: str
    """Precedes the open question after the candidate was absent."""
    after_takeover: str
    """Precedes the first words of an interviewer that has replaced another in the room."""
    go_on_in_writing: str
    """Precedes the open question after an answer that was cut off. Contains `{words}`, the end of the answer."""
    welcome_back: str
    """Welcomes a candidate who has come back to a reopened interview. `question_again` or a reply may follow."""
    continue_in_writing: str
    """Says, in writing, that voice has failed and that the interview continues in writing. The open question may follow."""
    not_heard: str
    """Precedes the open question after an answer that was transcribed with low confidence."""
    closings: Mapping[EndReason, str]
    """The last words, by the reason of the end (lifecycle.closings)."""
    carry_on: str
    """Precedes the open question after the candidate declined to stop."""
    explain: str
    """Explains any question, and precedes it, when the model cannot explain it."""
    follow_ups: Sequence[str] = Field(min_length=2)
    """Probes a thin answer when the model does not. A question always has the same one."""
    similar_experience: Sequence[str] = Field(min_length=2)
    """Probes an "I don't know" when the model does not. A question always has the same one."""
    offer_to_move_on: str
    """Precedes the open question after it was explained several times, if it will not be asked again later."""
    offer_to_come_back: str
    """Precedes the open question after it was explained several times, if it can be asked again after the last one."""
    come_back: str
    """Precedes a question that was left open, when it is asked once more."""
    time_notice: str
    """Says how much time is left. Contains `{minutes}`, a counted noun."""
    anything_else: str
    """Asks, before the closing, whether the candidate wants to add or ask anything."""
    anything_else_again: str
    noted_question: str
    """Answers a question about the job for which the position has no fact."""
    noted_rest: str
    """Follows facts that do not answer all that the candidate asked."""
    back_to_question: str
    """Precedes the open question after an answer to the candidate's question."""
    accommodation: str
    """Precedes the answer to a request for an accommodation."""
    accommodations: Mapping[RequestKind, str]
    """What was done about each kind of request. EXTRA_TIME contains `{minutes}`."""
    request_answered: str
    """Precedes the open question after the hiring team has answered a request, and the clock goes on."""
    request_answers: Mapping[Intent, str]
    """Answers to requests that leave the question open. The open question follows."""
    background_noise: str
    """Precedes a reply the first time that sound without words goes on after an answer."""
    not_understood: str
    """Precedes the open question after speech of which the recognizer returned no words."""
    microphone_muted: str
    """Precedes the open question instead of `nudge` while the microphone is muted."""
    use_headphones: str
    """Precedes a reply after the interviewer's own voice has been heard repeatedly."""
    language_names: Mapping[str, str]
    """Names of the languages in which an interview can be held, by primary BCP 47 subtag."""
    other_language: str
    """Says in which language the interview is held, and offers choices. Contains `{spoken}`, `{language}` and `{typing}`."""
    or_type: str
    """The choice of typing, for `{typing}`."""
    language_notices: Mapping[str, LanguageNotice] = Field(exclude=True)
    """`other_language`, in the other language and in this one, by the other language."""
    backchannels: Annotated[Sequence[tuple[str, ...]], BeforeValidator(_split_backchannels)] = Field(exclude=True)
    """What listeners say to show that they listen, as words without accents."""
    intents: Annotated[IntentRecognizer, SkipValidation] = Field(exclude=True)
    """Recognizes the requests of candidates in this language."""
    intents_by_language: Annotated[Mapping[str, IntentRecognizer], SkipValidation] = Field(exclude=True)
    """Recognizers of every language, for candidates who speak another language than the interview's."""
    job_questions: Annotated[JobQuestionRecognizer, SkipValidation] = Field(exclude=True)
    """Recognizes what candidates ask about the job in this language."""

    def get_confirmation(self, move: Move) -> str:
        """Return the question of a move that asks for confirmation."""
        return {Move.STOP: self.stop, Move.WITHDRAW: self.withdraw, Move.ALTERNATIVE: self.alternative}[move]

    def format_accommodations(self, kinds: Sequence[RequestKind], minutes: int, has_extra_time: bool) -> str:
        """Return the answer to a request for accommodations. Without `has_extra_time`, people decide on extra time."""
        answered = [RequestKind.OTHER if kind is RequestKind.EXTRA_TIME and not has_extra_time else kind for kind in kinds]
        parts = [self.accommodations[kind].format(minutes=self.minutes.format(minutes)) for kind in dict.fromkeys(answered)]
        return " ".join([self.accommodation, *parts])

    def format_greeting(self, *, name: str, title: str, questions: int, minutes: int) -> str:
        """Return the greeting, with `questions` and `minutes` as counted nouns."""
        return self.greeting.format(
            name=name, title=title, questions=self.questions.format(questions), minutes=self.minutes.format(minutes)
        )


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """The phrases of every language."""

    by_language: Mapping[str, CodePhrases]
    """Phrases by primary BCP 47 subtag."""

    def get(self, language: str) -> CodePhrases:
        """Return the phrases for a BCP 47 tag.

        Raises KeyError unless its primary subtag is in LANGUAGES.
        """
        return self.by_language[primary_language(language)]


def load_phrasebook(ranker: LanguageRanker | None = None) -> Phrasebook:
    """Read the phrases, speech rules and requests of every language. A worker calls this once, when it starts.

    With a ranker, the rules also identify languages in which no interview is held.
    """
    rules, recognizers = load_speech_rules(LANGUAGES, ranker), load_intent_recognizers()
    job_questions, closings = load_job_question_recognizers(), load_closings()
    texts = {language: read_yaml(_FOLDER / f"{language}.yaml") for language in LANGUAGES}
    return Phrasebook(
        {
            language: CodePhrases.model_validate(
                {
                    **texts[language],
                    "closings": closings[language],
                    "speech_rules": rules[language],
                    "intents": recognizers[language],
                    "intents_by_language": recognizers,
                    "language_notices": {
                        other: _compose_language_notice(texts, spoken=other, language=language)
                        for other in LANGUAGES
                        if other != language
                    },
                    "job_questions": job_questions[language],
                }
            )
            for language in LANGUAGES
        }
    )


def _compose_language_notice(texts: Mapping[str, Mapping[str, Any]], *, spoken: str, language: str) -> LanguageNotice:
    """Return the notice to a candidate who uses the language `spoken` in an interview that is held in `language`."""

    def compose(*, has_typing: bool) -> str:
        return " ".join(
            phrases["other_language"].format(
                spoken=phrases["language_names"][spoken],
                language=phrases["language_names"][language],
                typing=phrases["or_type"] if has_typing else "",
            )
            for phrases in (texts[spoken], texts[language])
        )

    return LanguageNotice(spoken=compose(has_typing=True), typed=compose(has_typing=False))
