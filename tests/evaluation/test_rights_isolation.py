"""What candidates say about their rights, and their greetings, reach neither the judge nor the score."""

import pytest
from anthropic import AsyncAnthropic

from agent.phrases import LANGUAGES
from evaluation.languages import Languages
from evaluation.tasks import run_evaluation
from lifecycle.services import Services
from lifecycle.states import end_interview
from models.documents.interview import EndReason, EvaluationStatus, RequestKind, RequestStatus
from models.documents.turn import Channel, Move, Speaker, compute_transcript_digest
from models.writes.append_turns import append_candidate_turn
from sandbox.anthropic.provider import AnthropicProvider
from tests.agent.stored_chats import UNPROBED_ANSWER, make_chat
from tests.agent.talks import PHRASEBOOK
from tests.factories import new_turn
from tests.resolvers.tenant import Tenant

REQUESTS = {
    "en": "I am dyslexic and need more time.",
    "de": "Ich bin Legasthenikerin und brauche mehr Zeit.",
    "es": "Soy disléxica y necesito más tiempo.",
    "fr": "Je suis dyslexique et j'ai besoin de plus de temps.",
}
GREETINGS = {
    "en": "Hello, nice to meet you.",
    "de": "Hallo, schön Sie kennenzulernen.",
    "es": "Hola, mucho gusto.",
    "fr": "Bonjour, enchantée.",
}
DENIALS = {"en": "No, go on.", "de": "Nein, weiter.", "es": "No, sigamos.", "fr": "Non, continuons."}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_request_for_extra_time_is_granted_and_the_judge_never_reads_it(
    services: Services, claude: AsyncAnthropic, languages: Languages, provider: AnthropicProvider, tenant: Tenant, language: str
) -> None:
    phrases = PHRASEBOOK.get(language)
    chat = await make_chat(services, claude, tenant.position, language=language)
    await chat.run_reply_job()
    await chat.say_and_get_reply(GREETINGS[language])
    answer = await chat.say_and_get_reply(REQUESTS[language])
    assert answer.move is Move.REPEAT
    assert answer.text.startswith(phrases.accommodation)
    assert phrases.minutes.format(45) in answer.text
    await chat.say_and_get_reply("I want to talk to a human.")
    await chat.say_and_get_reply(DENIALS[language])
    await chat.say_and_get_reply(UNPROBED_ANSWER)
    interview = await chat.interview()
    (request,) = interview.requests
    assert (request.kinds, request.status, request.seqs) == ([RequestKind.EXTRA_TIME], RequestStatus.GRANTED, [5])
    assert interview.accommodations.time_factor == 1.5
    assert interview.unjudged_seqs == [3, 5, 7, 9]
    await end_interview(services, interview, EndReason.RECRUITER_ENDED)
    (evaluation,) = await chat.evaluations()
    provider.requests.clear()
    await run_evaluation(services, claude, languages, evaluation.id)
    sent = repr(provider.requests)
    assert UNPROBED_ANSWER in sent
    unread = [turn.text for turn in await chat.turns() if turn.seq in range(3, 11)]
    assert len(unread) == 8
    texts = [*unread, *REQUESTS.values(), phrases.accommodation, "1.5", "45", "paused", "minutes"]
    assert [text for text in texts if text in sent] == []
    assert not any(f'number="{seq}"' in sent.replace("\\", "") for seq in range(3, 11))
    (judged,) = await chat.evaluations()
    assert judged.status is EvaluationStatus.COMPLETED
    assert judged.transcript_digest == compute_transcript_digest(await chat.turns()), "the digest is that of the whole transcript"


async def test_judge_reads_neither_what_was_hardly_understood_nor_which_language_was_spoken(
    services: Services, claude: AsyncAnthropic, languages: Languages, provider: AnthropicProvider, tenant: Tenant
) -> None:
    chat = await make_chat(services, claude, tenant.position)
    await chat.run_reply_job()
    murmured, german = "the cash was in valid dated twice", "Ich habe den Cache zweimal geleert, weil er veraltet war."
    for text, recognition in ((murmured, {"confidence": 0.2, "is_uncertain": True}), (german, {"language": "de"})):
        turn = new_turn(f"item:{text}", text, Speaker.CANDIDATE, channel=Channel.VOICE, **recognition)
        await append_candidate_turn(chat.id, turn)
    await chat.say_and_get_reply(UNPROBED_ANSWER)
    await end_interview(services, await chat.interview(), EndReason.RECRUITER_ENDED)
    (evaluation,) = await chat.evaluations()
    provider.requests.clear()
    await run_evaluation(services, claude, languages, evaluation.id)
    sent = repr(provider.requests)
    assert german in sent and UNPROBED_ANSWER in sent
    assert not any(text in sent for text in (murmured, "language=", "German", "certain", "understood"))
