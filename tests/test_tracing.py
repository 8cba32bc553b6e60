"""A typed interview at a collector of traces: one trace from the mutation to the evaluation, without anybody's words."""

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from typing import cast
from unittest.mock import AsyncMock, Mock

import pytest
from opentelemetry import trace
from opentelemetry.proto.trace.v1.trace_pb2 import Status
from starlette.types import Receive, Scope, Send
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

import tracing
from agent import typed
from agent.interviewer import SPOKEN_TURN, PrefetchedReply, create_claude_client
from agent.plan import InterviewPlan
from agent.prompts import Background, Prompt, compose_prompt
from agent.usage_meter import UsageMeter
from agent.voice.speech import AnswerTiming, SpeechPlayer, SpokenText, Utterance, UtteranceDelivery
from evaluation import tasks
from evaluation.languages import Languages
from lifecycle.jobs import EVALUATE, REPLY
from lifecycle.services import Services
from live.cancellation import cancel_and_wait
from models.documents.evaluation import Evaluation
from models.documents.interview import EvaluationStatus, Interview, InterviewStatus
from models.documents.organization import Role
from models.documents.turn import Channel, Move, Source
from resolvers.ids import IdKind, decode_id
from sandbox.anthropic.provider import AnthropicProvider
from settings import OtelSettings, Settings
from tests.agent.stored_chats import UNPROBED_ANSWER
from tests.agent.talks import PHRASEBOOK, make_greeted_talk
from tests.helpers import wait_until
from tests.otlp import Collector, get_attributes
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import CONSENT_INPUT, ApiClient, bearer_headers, issue_token, serve

CANARY = "heliotrope"
"""A word in everything that people say, write or are called."""
SECRET = "collector-secret"
TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
CALLER_SPAN_ID = "00f067aa0ba902b7"
REQUEST_ID = "the-request-that-starts"
START = """mutation StartForTest($input: StartInterviewInput!) {
  startInterview(input: $input) { interview { id } access { token } }
}"""
TRACE = "query($id: ID!) { interview(id: $id) { trace(after: 3) { requestId traceId turns { seq stages { stage seconds } } } } }"


@pytest.fixture
async def collector() -> AsyncIterator[Collector]:
    yield Collector()


@asynccontextmanager
async def run_jobs_worker(
    services: Services, languages: Languages, headers: list[dict[str, str]], provider: AnthropicProvider
) -> AsyncIterator[None]:
    """Run replies and evaluations as `main.py jobs` does, and record the headers of the calls of Claude."""
    app = provider.app

    async def record_headers(scope: Scope, receive: Receive, send: Send) -> None:
        headers.append({name.decode(): value.decode() for name, value in scope["headers"]})
        await app(scope, receive, send)

    provider.app = record_headers  # type: ignore[assignment]  # an application by the protocol of ASGI
    services.settings.anthropic.base_url = provider.url
    services.settings.jobs.judge_passes = 1
    stop = asyncio.Event()
    async with create_claude_client(services.settings) as claude:
        services.jobs.register(REPLY, lambda interview_id: typed.respond_if_due(services, claude, PHRASEBOOK, interview_id))
        services.jobs.register(EVALUATE, lambda evaluation_id: tasks.run_evaluation(services, claude, languages, evaluation_id))
        worker = asyncio.create_task(services.jobs.run(stop, 3.0))
        try:
            yield
        finally:
            stop.set()
            # what the test reads is complete by now: how a worker ends is the matter of tests/lifecycle/test_jobs.py
            await asyncio.wait({worker}, timeout=10)
            await cancel_and_wait(worker)


async def test_interview_is_one_trace_without_anybodys_words(
    api: ApiClient, tenant: Tenant, services: Services, provider: AnthropicProvider, languages: Languages, collector: Collector
) -> None:
    claude_headers: list[dict[str, str]] = []
    token = await issue_token(tenant, Role.RECRUITER)
    async with serve(collector.app) as address:
        otel = OtelSettings(
            exporter_otlp_endpoint=f"http://127.0.0.1:{address.port}/", exporter_otlp_headers=f"authorization={SECRET}"
        )
        with capture_logs(processors=[merge_contextvars]) as logs:
            async with tracing.export_traces(otel, "viva-test"), run_jobs_worker(services, languages, claude_headers, provider):
                interview = await hold_interview(api, tenant, token)
                evaluation = await wait_until(lambda: find_evaluation(interview))
    spans = collector.spans
    by_id = {span.span_id: span for span in spans}
    assert collector.services == {"viva-test"}
    assert {headers["authorization"] for headers in collector.headers} == {SECRET}

    # the caller's trace goes on
    [start] = collector.find("mutation startInterview")
    assert (start.trace_id.hex(), start.parent_span_id.hex()) == (TRACE_ID, CALLER_SPAN_ID)
    assert get_attributes(start)["graphql.operation.name"] == "StartForTest"
    sent = collector.find("mutation sendMessage")
    assert {span.trace_id.hex() for span in sent}.isdisjoint({TRACE_ID})

    # replies and the evaluation are parts of it, linked to what has woken them
    replies, [*passes, outcome] = collector.find("job reply"), collector.find("job evaluate")
    for job in (*replies, *passes, outcome):
        assert (job.trace_id, job.parent_span_id) == (start.trace_id, start.span_id)
        attributes = get_attributes(job)
        assert (attributes["viva.interview_id"], attributes["viva.request_id"]) == (str(interview.id), REQUEST_ID)
    causes = [link.span_id for job in replies for link in job.links]
    assert causes[0] == start.span_id
    assert {span.span_id for span in sent} <= set(causes)
    assert {by_id[link.span_id].name for link in passes[0].links} == {"job reply"}

    # each call of Claude, each stage and each write belongs to its job
    parents = {
        name: {by_id[span.parent_span_id].name for span in collector.find(name)}
        for name in ("store turns", "claude first words", "evaluation sample", "evaluation check", "evaluation store")
    }
    assert parents == {
        "store turns": {"job reply"},
        "claude first words": {"job reply"},
        **{name: {"job evaluate"} for name in ("evaluation sample", "evaluation check", "evaluation store")},
    }
    calls = collector.find("anthropic.messages.create")
    assert {by_id[call.parent_span_id].name for call in calls} == {"job reply", "evaluation sample"}
    assert all(get_attributes(call)["gen_ai.usage.output_tokens"] for call in calls)
    assert {headers["traceparent"] for headers in claude_headers} == {f"00-{TRACE_ID}-{call.span_id.hex()}-01" for call in calls}

    # logs are found by the same id
    [judged] = [log for log in logs if log["event"] == "judgement received"]
    assert (judged["request_id"], judged["caused_by"], judged["interview_id"]) == (REQUEST_ID, REQUEST_ID, str(interview.id))

    trace = (await api.execute(TRACE, await issue_token(tenant, Role.ADMIN), id=global_id_of(interview)))["interview"]["trace"]
    assert (trace["requestId"], trace["traceId"]) == (REQUEST_ID, TRACE_ID)
    stages = {turn["seq"]: [timed["stage"] for timed in turn["stages"]] for turn in trace["turns"]}
    # after the greeting and the first question, candidate and interviewer take turns
    assert {seq for seq, found in stages.items() if found == ["QUEUE", "COMPOSITION"]} == {4, 6, 8}

    assert evaluation.origin == interview.origin
    assert interview.origin and interview.origin.trace_id == TRACE_ID
    sent_bytes = b"".join(collector.bodies)
    assert CANARY.encode() not in sent_bytes.lower()
    assert token.encode() not in sent_bytes
    assert not tracing.is_enabled()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("Otel")]


async def hold_interview(api: ApiClient, tenant: Tenant, token: str) -> Interview:
    """Hold a typed interview, every text of which contains the canary, to its end."""
    fields = {
        "candidateName": f"Ada {CANARY}",
        "candidateEmail": f"{CANARY}@example.com",
        "resume": CANARY,
        "externalId": CANARY,
        "positionKey": tenant.position.key,
        "channel": "TEXT",
        "consent": CONSENT_INPUT,
    }
    headers = {"X-Request-Id": REQUEST_ID, "traceparent": f"00-{TRACE_ID}-{CALLER_SPAN_ID}-01"}
    started = await api.post({"query": START, "variables": {"input": fields}}, headers={**bearer_headers(token), **headers})
    interview_id, candidate = started["startInterview"]["interview"]["id"], started["startInterview"]["access"]["token"]
    document_id = decode_id(IdKind.INTERVIEW, interview_id)

    async def load() -> Interview:
        interview = await Interview.get(document_id)
        assert interview
        return interview

    async def is_candidates_turn() -> bool:
        interview = await load()
        # a job that still holds the lease would wake the next one itself
        is_answered = interview.last_seq > 0 and interview.answered_seq == interview.last_candidate_seq
        return is_answered and interview.lease is None

    for text in (f"{UNPROBED_ANSWER} It was a {CANARY}.", "I want to stop.", "Yes."):
        await wait_until(is_candidates_turn)
        assert not (await api.mutate("sendMessage", candidate, "turn { seq }", interviewId=interview_id, text=text)).errors
    await wait_until(lambda: is_over(load))
    return await load()


async def is_over(load: Callable[[], Awaitable[Interview]]) -> bool:
    return (await load()).status is InterviewStatus.COMPLETED


async def find_evaluation(interview: Interview) -> Evaluation | None:
    """Return the interview's evaluation once it is complete."""
    return await Evaluation.find_one({"interview_id": interview.id, "status": EvaluationStatus.COMPLETED})


async def test_without_a_collector_nothing_is_sent() -> None:
    threads = threading.active_count()
    for otel in (OtelSettings(), OtelSettings(exporter_otlp_endpoint="http://127.0.0.1:9", sdk_disabled=True)):
        async with tracing.export_traces(otel, "viva-test"):
            with tracing.continue_trace(f"00-{TRACE_ID}-{CALLER_SPAN_ID}-01"), tracing.start_span("nothing") as span:
                assert not span.is_recording()
                assert tracing.format_traceparent() is None
            assert (tracing.is_enabled(), tracing.get_provider(), threading.active_count()) == (False, None, threads)


async def test_error_of_a_span_has_its_type_without_its_message(collector: Collector) -> None:
    async with serve(collector.app) as address:
        otel = OtelSettings(exporter_otlp_endpoint=f"http://127.0.0.1:{address.port}", service_name="named")
        async with tracing.export_traces(otel, "viva-test"):
            with pytest.raises(ValueError, match=CANARY), tracing.start_span("work"):
                raise ValueError(CANARY)
            # what livekit-agents and others record goes nowhere
            trace.get_tracer("livekit-agents").start_span("user turn", attributes={"lk.user_transcript": CANARY}).end()
    [span] = collector.spans
    assert (span.status.code, span.status.message, list(span.events)) == (Status.STATUS_CODE_ERROR, "", [])
    assert get_attributes(span) == {"error.type": "ValueError"}
    assert collector.services == {"named"}


async def test_caller_cannot_have_more_traced_than_the_share(collector: Collector) -> None:
    async with serve(collector.app) as address:
        otel = OtelSettings(exporter_otlp_endpoint=f"http://127.0.0.1:{address.port}", traces_sampler_arg=0)
        async with tracing.export_traces(otel, "viva-test"):
            with tracing.continue_trace(f"00-{TRACE_ID}-{CALLER_SPAN_ID}-01"), tracing.start_span("work"):
                assert (tracing.format_traceparent() or "").endswith("-00")
    assert collector.spans == []


async def test_end_of_a_process_does_not_wait_for_a_collector_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, "FLUSH_SECONDS", 0.1)
    async with asyncio.timeout(5):
        async with tracing.export_traces(OtelSettings(exporter_otlp_endpoint="http://127.0.0.1:9"), "viva-test"):
            with tracing.start_span("work"):
                pass


class FakePlayer:
    """Plays words in no time, at the times of SPOKEN_STAGES."""

    has_failed = False

    async def play(self, words: AsyncGenerator[str, None], **_: object) -> SpokenText:
        text = "".join([part async for part in words])
        return SpokenText("x", text, False, 100.9, 103.0, first_word_at=100.6, first_audio_at=100.75)


SPOKEN_STAGES = {
    "deepgram final transcript": (100.0, 100.2),
    "endpointing": (100.2, 100.6),
    "cartesia first audio": (100.6, 100.75),
    "playout start": (100.75, 100.9),
    "playout": (100.9, 103.0),
}


async def test_spoken_turn_has_its_stages_and_the_call_that_was_made_early(
    settings: Settings, provider: AnthropicProvider, collector: Collector
) -> None:
    talk = make_greeted_talk(channel=Channel.VOICE)
    talk.say(f"It was a {CANARY}.")
    prompt = compose_prompt(talk.position, Background(), talk.plan, talk.turns)
    usage_meter, writer = UsageMeter(), Mock(add_interviewer_turns=AsyncMock())
    settings.anthropic.base_url = provider.url
    async with serve(collector.app) as address:
        otel = OtelSettings(exporter_otlp_endpoint=f"http://127.0.0.1:{address.port}")
        async with tracing.export_traces(otel, "viva-test"), create_claude_client(settings) as claude:
            prefetched = PrefetchedReply(claude, settings, usage_meter)
            for stopped_at in (99.0, 100.0):
                await prefetched.prefetch(talk.plan, prompt, stopped_at)
                if stopped_at < 100:
                    await prefetched.discard()
            player = cast("SpeechPlayer", FakePlayer())
            delivery = UtteranceDelivery(1, player, writer, usage_meter, AsyncMock(return_value=True))
            delivery.start_latency_measurement(AnswerTiming(100.0, 100.2, 100.6))
            utterance = Utterance(Move.NEXT, Source.CODE, talk.plan.reply_to_seq, span=prefetched.find_span(prompt))
            await delivery.deliver(talk.plan, utterance, stream_words(prefetched, talk.plan, prompt))
    discarded, turn = collector.find(SPOKEN_TURN)
    assert ["viva.is_discarded" in get_attributes(span) for span in (discarded, turn)] == [True, False]
    assert turn.start_time_unix_nano == 100 * 10**9
    assert get_attributes(turn)["viva.move"] == Move.NEXT
    children = {span.name: span for span in collector.spans if span.parent_span_id == turn.span_id}
    assert children.keys() == {*SPOKEN_STAGES, "anthropic.messages.create", "claude first words", "store turns"}
    for name, times in SPOKEN_STAGES.items():
        measured = (children[name].start_time_unix_nano / 10**9, children[name].end_time_unix_nano / 10**9)
        assert measured == pytest.approx(times), name
    assert CANARY.encode() not in b"".join(collector.bodies).lower()


async def stream_words(prefetched: PrefetchedReply, plan: InterviewPlan, prompt: Prompt) -> AsyncGenerator[str, None]:
    async with aclosing(prefetched.stream(plan, prompt)) as events:
        async for event in events:
            if isinstance(event, str):
                yield event
