"""Translation between the use cases and the messages of Greenhouse's Assessment Partner API, by its documented examples."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ats.greenhouse import Greenhouse
from ats.port import OrderResult, OrderState
from errors import BadInput
from tests.ats.fake_greenhouse import basic_headers, build_send_test

GREENHOUSE = Greenhouse()


def test_order_is_read_from_the_documented_example() -> None:
    order = GREENHOUSE.read_order({**build_send_test(), "added_later": {"by": "Greenhouse"}}, allow_loopback=False)
    assert (order.assessment_id, order.reference) == ("tester", "greenhouse:26234709")
    assert (order.candidate_name, order.candidate_email) == ("The Chosen One Potter", "hpotter@hogwarts.edu")
    assert order.callback_url == "https://app.greenhouse.io/integrations/testing_partners/take_home_tests/12345"


@pytest.mark.parametrize(
    ("candidate", "name"),
    [
        ({"preferred_name": None}, "Harry Potter"),
        ({"preferred_name": "  "}, "Harry Potter"),
        ({"preferred_name": "Hal"}, "Hal Potter"),
        ({"preferred_name": "Hal POTTER"}, "Hal POTTER"),
        ({"preferred_name": None, "last_name": None}, "Harry"),
        ({"preferred_name": None, "first_name": None}, "Potter"),
    ],
)
def test_candidate_is_addressed_by_the_preferred_name(candidate: dict[str, Any], name: str) -> None:
    assert GREENHOUSE.read_order(build_send_test(**candidate), allow_loopback=False).candidate_name == name


def test_application_identifies_an_order_and_the_profile_does_where_none_is_named() -> None:
    profiles = [
        "https://app.greenhouse.io/people/1?application_id=2",
        "https://app.greenhouse.io/people/1?tab=x&application_id=2",
        "https://app.greenhouse.io/people/1?application_id=3",
        "https://app.greenhouse.io/people/1",
        "https://app.greenhouse.io/people/1?application_id=2%20or%203",
        "https://[",
    ]
    orders = [GREENHOUSE.read_order(build_send_test(greenhouse_profile_url=url), allow_loopback=False) for url in profiles]
    references = [order.reference for order in orders]
    assert references[:3] == ["greenhouse:2", "greenhouse:2", "greenhouse:3"]
    assert len(set(references)) == len(profiles) - 1
    assert all(len(reference) < 60 for reference in references)


@pytest.mark.parametrize(
    "url",
    [
        "http://app.greenhouse.io/1",
        "https://greenhouse.io.example.org/1",
        "https://notgreenhouse.io/1",
        "https://app.greenhouse.io:key@example.org/1",
        "https://127.0.0.1/1",
        "https://169.254.169.254/1",
        "https://localhost/1",
        "not a URL",
    ],
)
def test_callback_to_another_host_is_refused_because_it_carries_the_key(url: str) -> None:
    with pytest.raises(BadInput) as refused:
        GREENHOUSE.read_order(build_send_test(url=url), allow_loopback=False)
    assert refused.value.field == "url"
    assert "example.org" not in str(refused.value)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ([], "the body"),
        ({**build_send_test(), "partner_test_id": None}, "partner_test_id"),
        ({**build_send_test(), "url": 7}, "url"),
        ({**build_send_test(), "candidate": "hpotter@hogwarts.edu"}, "candidate"),
        (build_send_test(email=None), "candidate.email"),
        (build_send_test(greenhouse_profile_url=""), "candidate.greenhouse_profile_url"),
        (build_send_test(first_name="x" * 3000), "candidate.first_name"),
    ],
)
def test_malformed_order_is_refused_with_the_property_and_without_its_value(body: Any, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        GREENHOUSE.read_order(body, allow_loopback=False)
    assert refused.value.field == field
    assert "hogwarts" not in str(refused.value)


def test_result_has_the_documented_properties() -> None:
    began, ended = datetime(2026, 11, 30, 16, 0, tzinfo=UTC), datetime(2026, 11, 30, 16, 25, tzinfo=UTC)
    url = "https://viva.example.org/interviews/int_1"
    assert GREENHOUSE.write_result(OrderResult(OrderState.COMPLETE, url, began, ended, 81.25)) == {
        "partner_status": "complete",
        "partner_profile_url": url,
        "partner_score": 81.2,
        "metadata": {"Started At": "2026-11-30 16:00 UTC", "Completed At": "2026-11-30 16:25 UTC"},
    }
    pending = GREENHOUSE.write_result(OrderResult(OrderState.SCHEDULED, url))
    assert (pending["partner_status"], pending["partner_score"], pending["metadata"]) == ("scheduled", None, {})


def test_notification_is_the_documented_patch_with_the_key_as_user_name() -> None:
    request = GREENHOUSE.build_notification("https://app.greenhouse.io/1", "viva_a_key")
    assert (request.method, request.url, request.body) == ("PATCH", "https://app.greenhouse.io/1", b"")
    assert request.headers["authorization"] == basic_headers("viva_a_key")["Authorization"]


def test_only_refusals_of_the_test_itself_are_final() -> None:
    statuses = (200, 302, 400, 401, 403, 404, 408, 409, 410, 422, 429, 500, 503)
    assert [status for status in statuses if GREENHOUSE.is_final(status)] == [400, 404, 409, 410, 422]


def test_problem_is_read_without_its_words() -> None:
    # the documented example
    body = {
        "api_call": "test_status",
        "errors": ["partner_status is 'complete' but partner_profile url is missing"],
        "partner_test_id": "12345",
        "partner_test_name": "Personality Test",
        "partner_interview_id": "299506",
        "candidate_email": "hpotter@hogwarts.edu",
    }
    problem = GREENHOUSE.read_problem(body)
    assert (problem.operation, problem.errors, problem.interview_id) == ("test_status", 1, "299506")
    assert GREENHOUSE.read_problem({"api_call": "a secret", "errors": []}).operation == "another call"
    with pytest.raises(BadInput):
        GREENHOUSE.read_problem({"api_call": "list_tests"})
