from pydantic import SecretStr

from benchmarks.judge import ATTACKS, PAIRS, measure_judge
from benchmarks.tests.test_generator import serve
from sandbox.anthropic.provider import AnthropicProvider
from settings import AnthropicSettings, Settings


async def test_judge_is_measured_against_the_loopback_provider() -> None:
    provider = AnthropicProvider()
    async with serve(provider.app) as port:
        anthropic = AnthropicSettings(api_key=SecretStr("test"), base_url=f"http://127.0.0.1:{port}")
        tables, usage = await measure_judge(Settings(anthropic=anthropic), retests=2, passes=1)
    # two retests, one evaluation for each attack, two for each pair
    assert len(provider.judgement_requests) == 2 + len(ATTACKS) + 2 * len(PAIRS)
    assert usage.cost_usd > 0
    retest, injection, pairs = tables
    assert retest.row_count > len(ATTACKS)
    assert (injection.row_count, pairs.row_count) == (len(ATTACKS), len(PAIRS))
