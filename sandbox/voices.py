"""The voices of the sandbox's interviews, which differ so that listeners and recognizers can distinguish them."""

from sandbox.speech import EspeakVoice

CANDIDATE_VOICE = EspeakVoice("en-us+m3", rate=150, pitch=45)
INTERVIEWER_VARIANT = "f2"
INTERVIEWER_RATE = 175
INTERVIEWER_PITCH = 55
INTERVIEWER_LANGUAGES = {"en": "en", "fr": "fr", "pt": "pt-br", "zh": "cmn", "no": "nb", "tl": "en"}
"""Cartesia's language code -> espeak's, where they differ."""


def make_interviewer_voice(language: str) -> EspeakVoice:
    """Return the interviewer's voice for a language code of Cartesia.

    It does not check that espeak supports the language; `synthesize` does.
    """
    name = INTERVIEWER_LANGUAGES.get(language, language)
    return EspeakVoice(f"{name}+{INTERVIEWER_VARIANT}", INTERVIEWER_RATE, INTERVIEWER_PITCH)
