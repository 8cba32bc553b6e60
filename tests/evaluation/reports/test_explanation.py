import pytest
import yaml
from pydantic import ValidationError

from agent.phrases import LANGUAGES as INTERVIEW_LANGUAGES
from evaluation.phrases import load_evaluation_phrases
from evaluation.reports import labels as package
from evaluation.reports.explanation import build_explanation, draft_feedback_letter
from evaluation.reports.labels import Labels, load_labels
from evaluation.reports.pages import PageRenderer
from evaluation.wording import LANGUAGES
from models.documents.interview import Decision, Recommendation
from tests.evaluation.reports.samples import (
    CORRECTION,
    MOMENT_NOTE,
    NOTE,
    NOTE_AUTHOR,
    OVERRIDE_REASON,
    QUOTE,
    REVIEW_REASON,
    REVIEWER,
    make_detailed_outcome,
    make_report,
)

INTERNAL = (
    REVIEWER,
    REVIEW_REASON,
    OVERRIDE_REASON,
    NOTE,
    MOMENT_NOTE,
    NOTE_AUTHOR,
    "NEGATION",
    "negates",
    "LEVELS_DIFFER",
    "BANDS_DIFFER",
    "a fact about",
    "int_1#",
)


def read_data(language: str) -> dict[str, object]:
    return {"language": language, **yaml.safe_load((package._FOLDER / f"{language}.yaml").read_text("utf-8"))}


def test_every_language_of_interviews_has_all_labels() -> None:
    assert set(LANGUAGES) == set(INTERVIEW_LANGUAGES)
    for language in LANGUAGES:
        assert load_labels(f"{language}-XX").language == language
    assert load_labels("it").language == "en"


@pytest.mark.parametrize("mapping", ["time_origin", "speakers", "bands", "inconclusive_reasons", "criterion_states", "decisions"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_mapping_has_a_label_for_every_member(language: str, mapping: str) -> None:
    enum = Labels.model_fields[mapping].annotation.__args__[0]  # type: ignore[union-attr]
    assert set(getattr(load_labels(language), mapping)) == set(enum)


def test_missing_unknown_or_empty_label_is_rejected() -> None:
    for section, key, value in (("letter", "thanks", None), ("letter", "unknown", "text"), ("explanation", "title", "  ")):
        data = read_data("en")
        group = data[section]
        assert isinstance(group, dict)
        if value is None:
            del group[key]
        else:
            group[key] = value
        with pytest.raises(ValidationError):
            Labels.model_validate(data)


@pytest.mark.parametrize("language", LANGUAGES)
def test_explanation_is_in_the_language_and_has_no_internal_text(language: str) -> None:
    labels = load_labels(language)
    explanation = build_explanation(make_report(language=language, decision=Decision.ADVANCE, decided_by=REVIEWER))
    page = PageRenderer().render_explanation(explanation, labels)
    assert f'<html lang="{language}">' in page
    for text in (
        labels.explanation.title,
        labels.bands[Recommendation.HIRE],
        labels.decisions[Decision.ADVANCE],
        labels.explanation.reached_level,
    ):
        assert text.replace("'", "&#39;") in page
    assert f"<mark>{QUOTE}</mark>" in page
    assert not [text for text in INTERNAL if text in page or text in explanation.to_json()]
    assert CORRECTION in page
    assert "{" not in page[page.index("<body>") :].replace(CORRECTION, ""), "every placeholder is filled"


def test_explanation_says_that_a_person_changed_a_level_without_a_name() -> None:
    explanation = build_explanation(make_report())
    communication = explanation.criteria[1]
    assert (communication.level, communication.is_reviewed, communication.reviewed_level) == (3, True, 4)
    assert explanation.criteria[0].is_reviewed is False
    page = PageRenderer().render_explanation(explanation, load_labels("en"))
    assert "A person reviewed this result and set level 4." in page
    assert "A person reviewed this evaluation on 2026-11-26." in page
    assert "No decision has been made yet." in page


def test_percentage_of_the_coverage_is_exact() -> None:
    assert build_explanation(make_report()).coverage_percent == 58


def test_unchecked_texts_of_the_model_do_not_reach_the_candidate() -> None:
    report = make_report(make_detailed_outcome().model_copy(update={"provenance": None}))
    explanation = build_explanation(report)
    assert (explanation.summary, explanation.strengths, explanation.weaknesses) == ("", [], [])
    assert {criterion.rationale for criterion in explanation.criteria} == {""}
    letter = draft_feedback_letter(report, load_labels("en"), load_evaluation_phrases("en"))
    assert "Finds the cause." not in letter


@pytest.mark.parametrize("language", LANGUAGES)
def test_letter_names_criteria_and_findings_and_no_score(language: str) -> None:
    labels = load_labels(language)
    report = make_report(language=language, decision=Decision.REJECT)
    letter = draft_feedback_letter(report, labels, load_evaluation_phrases(language))
    assert letter.startswith(labels.letter.subject.format(position="Tester"))
    for expected in (
        "Ada Lovelace",
        "- technical",
        "- problem_solving",
        "- Finds the cause.",
        "- Gives few reasons.",
        "Analytical Engines",
    ):
        assert expected in letter
    assert not any(character.isdigit() for character in letter)
    assert not [text for text in (*INTERNAL, *labels.bands.values(), *labels.decisions.values(), "{") if text in letter]


def test_letter_leaves_out_findings_whose_text_was_removed() -> None:
    phrases = load_evaluation_phrases("en")
    outcome = make_detailed_outcome()
    outcome.strengths[0].text = phrases.finding_removed
    labels = load_labels("en")
    letter = draft_feedback_letter(make_report(outcome, candidate=None), labels, phrases)
    assert phrases.finding_removed not in letter
    assert labels.letter.strengths not in letter
    assert labels.letter.weaknesses in letter
    assert "\n\nHello,\n\n" in letter
