"""Text to speech by espeak-ng."""

import asyncio

import numpy as np
import pytest

from sandbox.speech import EspeakVoice, synthesize

VOICE = EspeakVoice("en-us+m3")


def test_every_word_has_a_time_in_order_even_if_espeak_merges_or_splits_words() -> None:
    text = "Tell me — of the bug, you fixed last. It's the “hardest” one in 2021; naïve café?"
    speech = synthesize(text, VOICE, 16000)
    assert [word.text for word in speech.words] == text.split()
    times = [second for word in speech.words for second in (word.start, word.end)]
    assert times == sorted(times)
    assert times[-1] <= speech.seconds
    spoken_year = next(word for word in speech.words if word.text == "2021;")
    assert spoken_year.end - spoken_year.start > 1


def test_word_times_match_the_audio() -> None:
    speech = synthesize("Yes. No.", VOICE, 16000)
    yes, no = speech.words
    between = speech.samples[int((yes.end + 0.02) * 16000) : int((no.start - 0.02) * 16000)]
    assert len(between) > 1000
    assert np.abs(between).max() < 500


async def test_concurrent_threads_do_not_affect_each_other() -> None:
    voices = [EspeakVoice(name, rate) for name in ("en-us+m3", "de", "es", "fr") for rate in (130, 200)]

    def speak(voice: EspeakVoice) -> int:
        # rounded, because espeak adds noise for breath and its rounding depends on earlier calls
        return round(synthesize("Hello there, how are you?", voice, 16000).seconds * 20)

    alone = [speak(voice) for voice in voices]
    together = await asyncio.gather(*(asyncio.to_thread(speak, voice) for voice in voices))
    assert together == pytest.approx(alone, abs=1)
    assert len(set(alone)) == len(voices)
