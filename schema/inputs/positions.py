"""The input of savePosition."""

import strawberry
from strawberry import UNSET

from schema.decorators import input_type
from schema.inputs.interviews import IDEMPOTENCY_KEY

KEY_FORMAT = "1 to 64 lowercase letters, digits and underscores, beginning with a letter."


@input_type
class QuestionInput:
    """A core question."""

    key: str = strawberry.field(description=f"The question's key, unique within the position: {KEY_FORMAT}")
    text: str = strawberry.field(description="The words in which every candidate is asked the question. 1 to 2,000 characters.")
    listen_for: list[str] = strawberry.field(
        default_factory=list,
        description="What a good answer would mention. Only the interviewer sees this. Each 1 to 2,000 characters.",
    )
    max_probes: int = strawberry.field(default=2, description="The maximum number of follow-up questions, 0 to 5.")
    criterion_keys: list[str] = strawberry.field(
        default_factory=list,
        description="Keys of the criteria for which answers to this question count as evidence. Each must be in `criteria`.",
    )


@input_type
class LevelInput:
    """One of the five anchored levels of a criterion."""

    value: int = strawberry.field(description="The level, 1 (lowest) to 5 (highest). A criterion has each level exactly once.")
    anchor: str = strawberry.field(description="What answers at this level look like. 1 to 2,000 characters.")


@input_type
class CriterionInput:
    """A criterion of the rubric."""

    key: str = strawberry.field(description=f"The criterion's key, unique within the position: {KEY_FORMAT}")
    name: str = strawberry.field(description="The criterion's display name. 1 to 2,000 characters.")
    description: str = strawberry.field(default="", description="What the criterion means.")
    weight: float = strawberry.field(
        description="The criterion's weight in the overall score, relative to the other criteria. Above 0, at most 1,000."
    )
    levels: list[LevelInput] = strawberry.field(description="The five levels, in any order.")


@input_type
class CriterionAnalysisInput:
    """Why a criterion is in the rubric, and why it has its weight."""

    key: str = strawberry.field(description="The criterion's key. Must be in `criteria` of the position.")
    reason: str = strawberry.field(description="Why the criterion is in the rubric. 1 to 2,000 characters.")
    weight_reason: str = strawberry.field(description="Why the criterion has its weight. 1 to 2,000 characters.")


@input_type
class JobAnalysisInput:
    """The tasks of the job, how they were determined, and how the rubric follows from them."""

    tasks: list[str] = strawberry.field(description="The main tasks of the job. 1 to 50, each 1 to 2,000 characters.")
    method: str = strawberry.field(
        description="How the tasks and criteria were determined, and what was not examined. 1 to 2,000 characters."
    )
    criteria: list[CriterionAnalysisInput] = strawberry.field(
        default_factory=list, description="The reasons for the criteria of the rubric. At most one entry for each."
    )


@input_type
class FactInput:
    """A question that candidates ask about the job, and its answer."""

    question: str = strawberry.field(description="The question, such as: Can I work remotely? 1 to 300 characters.")
    answer: str = strawberry.field(description="The words with which the interviewer answers. 1 to 600 characters.")


@input_type
class SavePositionInput:
    """The input of savePosition: the whole content of the new version.

    Fields that are left out get their default, not the value of the previous version.
    """

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    key: str = strawberry.field(description=f"The position's key, the same in all versions: {KEY_FORMAT}")
    based_on_version: int | None = strawberry.field(
        default=UNSET,
        description="The version that you edited; CONFLICT if it is no longer the newest. Leave it out to create a position; "
        "CONFLICT if the key is already in use.",
    )
    title: str = strawberry.field(description="The position's display name. 1 to 2,000 characters.")
    description: str = strawberry.field(
        default="",
        description="A description of the position, addressed to candidates, who can read it. The interviewer receives it as "
        "background. At most 5,000 characters.",
    )
    language: str = strawberry.field(
        default="en",
        description="The language of the questions, as a BCP 47 tag. The interviewer speaks en, de, es and fr, in any region.",
    )
    questions: list[QuestionInput] = strawberry.field(
        description="The core questions, in the order in which they are asked. 1 to 30."
    )
    criteria: list[CriterionInput] = strawberry.field(description="The criteria of the rubric. 1 to 20.")
    wrap_up_after_exchanges: int = strawberry.field(
        default=15,
        description="The number of exchanges after which the interviewer wraps up, 1 to 100. At least one for each question.",
    )
    limit_minutes: int = strawberry.field(
        default=30, description="The maximum duration of an interview in minutes, 1 to 240. At least one for each question."
    )
    archived: bool = strawberry.field(
        default=False, description="Whether new interviews for this position are refused. Existing interviews are not affected."
    )
    job_analysis: JobAnalysisInput | None = strawberry.field(
        default=UNSET,
        description="The tasks of the job, and why the rubric has these criteria and weights. Candidates cannot read it.",
    )
    key_terms: list[str] = strawberry.field(
        default_factory=list,
        description="Words and names that candidates are likely to say, such as products and technologies, for the speech "
        "recognizer. It also receives the candidate's name, and terms that Viva finds in the title, the questions and the "
        "job description. At most 100 of 2 to 50 characters; they have priority, within the recognizer's limit of 500 bytes.",
    )
    facts: list[FactInput] = strawberry.field(
        default_factory=list,
        description="What the interviewer says when candidates ask about the job, such as pay, place of work or the next steps. "
        "It answers with these words only, and notes other questions (Interview.candidateQuestions). At most 50.",
    )
    blind_review: bool = strawberry.field(
        default=False, description="Whether reviewers rate an interview before they see its evaluation."
    )
    correction_hours: int = strawberry.field(
        default=72,
        description="Hours after the end of an interview in which the candidate can correct turns, 0 to 720. 0 allows no "
        "corrections.",
    )
    reopen_minutes: int = strawberry.field(
        default=60,
        description="Minutes after the end of an interview in which joinInterview reopens it, 0 to 1,440. It does so at most "
        "three times, and only if the candidate left or ended the interview, or a technical failure did. 0 allows it to people "
        "only (reopenInterview).",
    )
    extra_time_factor: float = strawberry.field(
        default=1.5,
        description="The factor by which the time limit is longer for candidates who request extra time, from 1 to 3. With 1, no "
        "extra time is granted automatically.",
    )
