"""espeak-ng as the sandbox speaks with it."""

import asyncio

import numpy as np
import pytest

from sandbox.speech import EspeakVoice, UnknownVoice, synthesize

VOICE = EspeakVoice("en-us+m3")


@pytest.mark.parametrize("rate", [8000, 16000, 24000, 48000])
def test_the_same_text_takes_the_same_time_at_any_rate(rate: int) -> None:
    speech = synthesize("I fixed it.", VOICE, rate)
    assert speech.sample_rate == rate
    assert abs(speech.seconds - synthesize("I fixed it.", VOICE, 22050).seconds) < 0.01
    assert len(speech.pcm) == 2 * len(speech.samples)
    assert np.abs(speech.samples).max() > 3000


def test_each_word_of_the_text_has_its_time_in_order_whatever_espeak_makes_of_it() -> None:
    text = "Tell me — of the bug, you fixed last. It's the “hardest” one in 2021; naïve café?"
    speech = synthesize(text, VOICE, 16000)
    assert [word.text for word in speech.words] == text.split()
    times = [second for word in speech.words for second in (word.start, word.end)]
    assert times == sorted(times)
    assert times[-1] <= speech.seconds
    spoken_year = next(word for word in speech.words if word.text == "2021;")
    assert spoken_year.end - spoken_year.start > 1


def test_a_word_is_where_its_sound_is() -> None:
    speech = synthesize("Yes. No.", VOICE, 16000)
    yes, no = speech.words
    between = speech.samples[int((yes.end + 0.02) * 16000) : int((no.start - 0.02) * 16000)]
    assert len(between) > 1000
    assert np.abs(between).max() < 500


@pytest.mark.parametrize("text", ["", " ", "\n"])
def test_no_words_make_no_sound(text: str) -> None:
    speech = synthesize(text, VOICE, 16000)
    assert (speech.seconds, speech.words) == (0, ())


def test_a_voice_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UnknownVoice, match="'zz'"):
        synthesize("Hello", EspeakVoice("zz"), 16000)


async def test_many_threads_at_once_get_what_each_alone_would_get() -> None:
    voices = [EspeakVoice(name, rate) for name in ("en-us+m3", "de", "es", "fr") for rate in (130, 200)]

    def speak(voice: EspeakVoice) -> int:
        # not to the sample: espeak's breath is noise, and it rounds as it was left
        return round(synthesize("Hello there, how are you?", voice, 16000).seconds * 20)

    alone = [speak(voice) for voice in voices]
    together = await asyncio.gather(*(asyncio.to_thread(speak, voice) for voice in voices))
    assert together == pytest.approx(alone, abs=1)
    assert len(set(alone)) == len(voices)
