"""Every MUST and MUST NOT of the specification GraphQL over HTTP, each with the tests that check it.

The text is that of June 2025: https://github.com/graphql/graphql-over-http at commit 127bbfd, spec/GraphQLOverHTTP.md. The
sentences are ours. Keywords count in uppercase and lowercase, as the text says; its notes and examples are not normative.
"""

from dataclasses import dataclass

HTTP = "tests/api/test_http.py"
SSE = "tests/api/test_sse.py"
CLIENTS = "tests/protocols/test_javascript_clients.py"


@dataclass(frozen=True)
class Requirement:
    """A requirement, and the tests and audits of graphql-http that check it, or the reason why it does not concern the API."""

    name: str
    text: str
    tests: tuple[str, ...] = ()
    audits: tuple[str, ...] = ()
    exemption: str | None = None


OF_CLIENTS = "It binds clients. The web pages use urql, which does it."

REQUIREMENTS = [
    # URL
    Requirement("URL-1", "A server gives access to at least one schema.", audits=("2C94",)),
    Requirement("URL-2", "Each schema is served at one or more URLs.", audits=("2C94",)),
    Requirement(
        "URL-3",
        "Queries and mutations of a schema do not need different URLs.",
        (f"{CLIENTS}::test_client_works_with_the_api",),
    ),
    # Serialization format
    Requirement("SER-1", "Servers and clients support JSON.", audits=("03D4", "4655")),
    Requirement(
        "SER-2",
        "A media type of GraphQL without a charset means UTF-8.",
        (f"{HTTP}::test_json_in_utf_8_is_accepted_however_it_is_declared",),
        ("78D5", "BF61"),
    ),
    # Request
    Requirement("REQ-1", "A server accepts POST.", audits=("2C94",)),
    Requirement("ACC-1", "A client names the media types that it supports in Accept.", exemption=OF_CLIENTS),
    Requirement("ACC-2", "A client's Accept has application/graphql-response+json.", exemption=OF_CLIENTS),
    Requirement(
        "GET-1",
        "The parameters of a GET are in the query component of the URL, form-urlencoded.",
        (f"{HTTP}::test_query_can_be_sent_by_get",),
        ("5A70",),
    ),
    Requirement("GET-2", "The query of a GET is the text of the document.", (f"{HTTP}::test_query_can_be_sent_by_get",)),
    Requirement(
        "GET-3",
        "The operationName of a GET is a string. An empty one counts as absent.",
        (f"{HTTP}::test_query_can_be_sent_by_get", f"{HTTP}::test_empty_parameters_count_as_absent"),
    ),
    Requirement(
        "GET-4",
        "The variables and the extensions of a GET are JSON.",
        (f"{HTTP}::test_query_can_be_sent_by_get", f"{HTTP}::test_parameters_of_a_get_are_validated_like_a_body"),
        ("D6D5", "6A70"),
    ),
    Requirement(
        "GET-5",
        "A GET executes no mutation.",
        (f"{HTTP}::test_mutation_by_get_is_refused_and_not_executed",),
        ("9C48",),
    ),
    Requirement(
        "GET-6",
        "A GET that selects a mutation is answered with 405.",
        (
            f"{HTTP}::test_mutation_by_get_is_refused_and_not_executed",
            f"{SSE}::test_mutation_by_get_is_refused_without_a_stream_too",
        ),
    ),
    Requirement(
        "POST-1",
        "A POST has a body with the parameters, in a media type that the server supports.",
        (f"{HTTP}::test_other_content_types_are_refused", f"{HTTP}::test_invalid_json_is_refused"),
        ("A5BF",),
    ),
    Requirement("POST-2", "A client names the media type of the body in Content-Type.", exemption=OF_CLIENTS),
    Requirement(
        "POST-3",
        "A server supports POST with application/json in UTF-8.",
        (f"{HTTP}::test_json_in_utf_8_is_accepted_however_it_is_declared",),
        ("03D4", "BF61"),
    ),
    Requirement(
        "POST-4",
        "A body in application/json without a charset is UTF-8.",
        (f"{HTTP}::test_json_in_utf_8_is_accepted_however_it_is_declared",),
        ("78D5",),
    ),
    Requirement(
        "JSON-1",
        "Implementers add no parameters of their own to requests. They use header fields or extensions.",
        (f"{HTTP}::test_unknown_parameters_are_ignored",),
    ),
    Requirement(
        "JSON-2", "A server ignores parameters that it does not know.", (f"{HTTP}::test_unknown_parameters_are_ignored",)
    ),
    # Response
    Requirement(
        "RES-1",
        "A well-formed request is answered with a well-formed GraphQL response.",
        (f"{HTTP}::test_response_without_execution_has_no_data", f"{HTTP}::test_response_after_an_execution_has_data"),
        ("D586", "5E5B"),
    ),
    Requirement(
        "RES-2",
        "A server complies with the semantics of HTTP: Allow with 405, 413, 415.",
        (
            f"{HTTP}::test_other_methods_are_refused",
            f"{HTTP}::test_oversized_body_is_refused",
            f"{HTTP}::test_other_content_types_are_refused",
        ),
    ),
    Requirement(
        "RES-3",
        "The body is a GraphQL response in the chosen media type.",
        (f"{HTTP}::test_response_has_the_accepted_media_type", f"{HTTP}::test_invalid_request_is_refused_in_json"),
    ),
    Requirement(
        "RES-4",
        "A response has a Content-Type.",
        (f"{HTTP}::test_response_has_the_accepted_media_type",),
        ("22EB", "4655", "82A3"),
    ),
    Requirement(
        "RES-5",
        "Of the media types that Accept names, the server chooses the one with the highest priority that it supports.",
        (f"{HTTP}::test_response_has_the_accepted_media_type", f"{HTTP}::test_accept_may_be_sent_in_several_header_fields"),
        ("22EB", "4655", "47DE"),
    ),
    Requirement(
        "RES-6",
        "If Accept names no media type that the server supports, the server answers 406, or in a media type of its choice.",
        (f"{HTTP}::test_client_that_accepts_none_of_the_media_types_is_refused",),
    ),
    Requirement("RES-7", "A server supports at least one of the two media types of responses.", audits=("22EB", "4655")),
    # Status codes
    Requirement(
        "CODE-1",
        "If no well-formed response can be made, application/graphql-response+json has no 2xx status.",
        (
            f"{HTTP}::test_invalid_request_is_refused_in_json",
            f"{HTTP}::test_unexpected_error_outside_of_a_field_is_500_in_json",
        ),
        ("865D", "51FE"),
    ),
    Requirement(
        "CODE-2",
        "A client does not rely on a body in application/json whose status is not 200.",
        exemption="It binds clients. The API answers well-formed requests in application/json with 200.",
    ),
    Requirement(
        "CODE-3",
        "In application/json, a response whose data are not null has the status 200.",
        (f"{HTTP}::test_response_after_an_execution_has_data",),
        ("13EE", "B8B3", "28B9"),
    ),
    Requirement(
        "CODE-4",
        "In application/graphql-response+json, a response whose data are not null has a 2xx status.",
        (f"{HTTP}::test_response_after_an_execution_has_data",),
        ("34A2", "8161", "2EA1"),
    ),
    Requirement(
        "CODE-5",
        "In application/graphql-response+json, a response without data has a 4xx or 5xx status.",
        (f"{HTTP}::test_response_without_execution_has_no_data",),
        ("865D", "51FE", "86EE"),
    ),
    # Conformance
    Requirement(
        "CONF-1",
        "Additional functions break no requirement. The API has server-sent events, for clients that accept text/event-stream.",
        (f"{HTTP}::test_response_has_the_accepted_media_type", f"{SSE}::test_mutation_by_get_is_refused_without_a_stream_too"),
    ),
]
