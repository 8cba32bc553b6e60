"""The Redis backend under broadcaster."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from broadcaster import Broadcast
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

import settings
from live.redis_backend import SUBSCRIBED, RedisBackend
from sandbox.valkey import Valkey
from tests.live.streams import list_subscribed_channels


@asynccontextmanager
async def open_broadcast(url: str) -> AsyncIterator[Broadcast]:
    async with Broadcast(backend=RedisBackend(settings.RedisSettings(url=url))) as broadcast:
        yield broadcast


async def test_concurrent_first_subscribers_all_receive(valkey: str) -> None:
    async with open_broadcast(valkey) as broadcast:
        subscribed = asyncio.Barrier(51)

        async def receive() -> str:
            async with broadcast.subscribe("race") as subscriber:
                await subscribed.wait()
                while (message := (await subscriber.get()).message) == SUBSCRIBED:
                    pass
                return message

        receivers = [asyncio.create_task(receive()) for _ in range(50)]
        await subscribed.wait()
        async with broadcast.subscribe("race") as subscriber:
            # Redis has already confirmed the channel, or does so now
            await broadcast.publish("race", "hello")
            while (await subscriber.get()).message != "hello":
                pass
        assert await asyncio.gather(*receivers) == ["hello"] * 50


async def test_channel_gets_a_message_on_each_subscription(valkey: str) -> None:
    async with open_broadcast(valkey) as broadcast, broadcast.subscribe("mine") as subscriber, Redis.from_url(valkey) as redis:
        assert (await subscriber.get()).message == SUBSCRIBED
        await broadcast.publish("mine", "before")
        assert (await subscriber.get()).message == "before"
        await redis.client_kill_filter(_type="pubsub")
        assert (await subscriber.get()).message == SUBSCRIBED
        await broadcast.publish("mine", "after")
        assert (await subscriber.get()).message == "after"


async def test_invalid_utf8_does_not_end_the_stream(valkey: str) -> None:
    async with open_broadcast(valkey) as broadcast, broadcast.subscribe("mine") as subscriber, Redis.from_url(valkey) as redis:
        await subscriber.get()
        await redis.publish("mine", b"\xff\xfe\x00")
        await redis.publish("mine", "text")
        assert [(await subscriber.get()).message for _ in range(2)] == ["\ufffd\ufffd\x00", "text"]


async def test_full_queue_applies_backpressure_without_loss(valkey: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("live.redis_backend.QUEUE_SIZE", 10)
    backend = RedisBackend(settings.RedisSettings(url=valkey))
    await backend.connect()
    try:
        await backend.subscribe("full")
        assert (await backend.next_published()).message == SUBSCRIBED
        for number in range(500):
            await backend.publish("full", str(number))
        assert [(await backend.next_published()).message for _ in range(500)] == [str(number) for number in range(500)]
    finally:
        await backend.disconnect()


async def test_unsubscribed_channels_are_dropped_in_redis(own_valkey: Valkey) -> None:
    async with open_broadcast(own_valkey.url) as broadcast:
        async with broadcast.subscribe("one") as one, broadcast.subscribe("two") as two:
            await asyncio.gather(one.get(), two.get())
            assert await list_subscribed_channels(own_valkey) == {"one", "two"}
        async with broadcast.subscribe("three") as three:
            await three.get()
            # commands are in order on one connection, so the others are unsubscribed by now
            assert await list_subscribed_channels(own_valkey) == {"three"}


async def test_publish_fails_immediately_while_redis_is_unavailable(own_valkey: Valkey) -> None:
    backend = RedisBackend(settings.RedisSettings(url=own_valkey.url, publish_seconds=0.2))
    await own_valkey.kill()
    await backend.connect()
    try:
        with pytest.raises(RedisConnectionError):
            await backend.publish("any", "thing")
        assert not await backend.is_up()
    finally:
        await backend.disconnect()
