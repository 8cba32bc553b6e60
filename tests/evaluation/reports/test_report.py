import json
from html.parser import HTMLParser

from evaluation.reports.pages import PageRenderer
from evaluation.reports.report import Quote, load_flag_explanations
from models.documents.evaluation import EvidenceFlag, InconclusiveReason, ReviewFlag
from models.documents.interview import Decision, Recommendation
from tests.evaluation.reports.samples import (
    ANSWER,
    CORRECTION,
    NOTE,
    QUOTE,
    REVIEW_REASON,
    REVIEWER,
    START,
    make_detailed_outcome,
    make_evidence,
    make_report,
)


class PageReader(HTMLParser):
    """Collects the elements of a page and the text inside those of some classes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.marked: list[str] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "style" in self._open:
            return
        self.text += data
        if "mark" in self._open:
            self.marked.append(data)

    def with_class(self, name: str) -> int:
        return sum(attrs.get("class") == name for _, attrs in self.elements)


def test_every_flag_reason_and_state_has_an_explanation() -> None:
    explanations = load_flag_explanations()
    assert set(explanations.review_flags) == set(ReviewFlag)
    assert set(explanations.evidence_flags) == set(EvidenceFlag)
    assert set(explanations.inconclusive_reasons) == set(InconclusiveReason)


def test_quote_is_marked_in_its_sentence_and_linked_to_turn_and_recording() -> None:
    (quote,) = make_report().criteria[0].quotes
    assert quote.before + quote.quote + quote.after == ANSWER[ANSWER.index("I did") : ANSWER.index(" She")]
    assert (quote.before, quote.quote) == ("I did not write the page, but ", QUOTE)
    assert quote.url == "https://viva.example/interviews/int_1#turn-4"
    assert quote.recording_seconds == 63.0
    assert [flag.code for flag in quote.flags] == [EvidenceFlag.NEGATION]
    assert quote.correction == CORRECTION


def test_quote_of_an_evaluation_without_sentences_is_its_own_sentence() -> None:
    outcome = make_detailed_outcome()
    strength = outcome.strengths[0]
    strength.evidence = [make_evidence().model_copy(update={"sentence": "", "sentence_start": 0, "sentence_end": 0})]
    quotes: list[Quote] = make_report(outcome).strengths[0].quotes
    assert [(quote.before, quote.quote, quote.after) for quote in quotes] == [("", QUOTE, "")]


def test_criterion_has_its_five_anchors_with_the_reached_one_marked() -> None:
    technical, _, problem_solving = make_report().criteria
    assert [(anchor.level, anchor.is_reached) for anchor in technical.anchors] == [
        (1, False),
        (2, False),
        (3, True),
        (4, False),
        (5, False),
    ]
    assert technical.anchors[2].text == "technical at level 3"
    assert not any(anchor.is_reached for anchor in problem_solving.anchors)
    assert [(question.text, question.asked, question.answered) for question in technical.questions] == [
        ("What draws you to this work?", True, True),
        ("Tell me about the last incident that you handled.", True, False),
        ("How do you give a colleague bad news?", False, False),
    ]
    assert (technical.pass_levels, technical.spread, technical.weight_percent) == ([3, 5], 2, 33.3)


def test_json_has_method_versions_reviews_and_decision() -> None:
    data = json.loads(make_report(decision=Decision.HOLD, decision_version=1, decided_by=REVIEWER, decided_at=START).to_json())
    assert data["versions"] == {
        "evaluationVersion": 1,
        "positionKey": "tester",
        "positionVersion": 2,
        "promptVersion": "9",
        "model": "a-model",
        "transcriptDigest": "dd44",
        "rubricDigest": "cc33",
        "consentTextVersion": "2026-11",
        "interviewerModel": "a-talker",
        "interviewerPromptVersion": "5",
    }
    assert data["passes"][0]["judgementDigest"] == "bb22"
    assert (data["reviews"][0]["reviewer"], data["reviews"][0]["overrides"][0]["level"]) == (REVIEWER, 4)
    assert data["ratings"][0]["levels"][0]["level"] == 2
    assert data["decision"] == {
        "decision": "HOLD",
        "version": 1,
        "decidedBy": REVIEWER,
        "decidedAt": "2026-11-25T09:00:00Z",
    }
    assert data["flags"][0] == {
        "code": "BANDS_DIFFER",
        "explanation": load_flag_explanations().review_flags[ReviewFlag.BANDS_DIFFER],
    }


def test_page_has_the_whole_report_and_no_script_or_resource() -> None:
    page = PageReader(PageRenderer().render_report(make_report()))
    assert not {"script", "img", "link", "iframe"} & {tag for tag, _ in page.elements}
    assert not [attrs for _, attrs in page.elements if any(name.startswith("on") or name in ("src", "style") for name in attrs)]
    assert page.marked == [QUOTE] * 3
    assert (page.with_class("criterion"), page.with_class("anchors"), page.with_class("reached")) == (3, 3, 2)
    links = {attrs["href"] for tag, attrs in page.elements if tag == "a"}
    assert links == {"https://viva.example/interviews/int_1#turn-4", "https://viva.example/interviews/int_1#turn-7"}
    for expected in (
        *("Ada Lovelace", "Tester", "50.0", "Careful work on faults.", "0:01:03 in the recording", "technical at level 5"),
        *(
            "asked, no sufficient answer",
            "not reached",
            REVIEWER,
            REVIEW_REASON,
            NOTE,
            "0:00:42 in the recording · Dorothy Vaughan",
            "aa11",
            "cc33",
            "dd44",
            "the median of the passes",
        ),
        "<b>a runbook</b>",
    ):
        assert expected in page.text, expected


def test_page_shows_the_reason_in_the_place_of_a_missing_score() -> None:
    outcome = make_detailed_outcome().model_copy(
        update={
            "overall_score": None,
            "lowest_score": None,
            "highest_score": None,
            "recommendation": Recommendation.INCONCLUSIVE,
            "inconclusive_reason": InconclusiveReason.BROKEN_OFF,
        }
    )
    text = PageReader(PageRenderer().render_report(make_report(outcome))).text
    assert "No score" in text
    assert load_flag_explanations().inconclusive_reasons[InconclusiveReason.BROKEN_OFF] in text


def test_evaluation_made_before_texts_were_checked_says_so() -> None:
    outcome = make_detailed_outcome().model_copy(update={"provenance": None, "passes": []})
    report = make_report(outcome)
    assert not report.are_texts_checked
    assert "before code checked the model's texts" in PageReader(PageRenderer().render_report(report)).text


def test_version_that_does_not_count_says_so() -> None:
    notice = "It is not the version that counts."
    assert notice in PageReader(PageRenderer().render_report(make_report(counted_version=2))).text
    assert notice not in PageReader(PageRenderer().render_report(make_report())).text
