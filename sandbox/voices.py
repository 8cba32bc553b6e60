"""The voices of the sandbox's interviews: a listener and a recognizer tell them apart."""

from sandbox.speech import EspeakVoice

CANDIDATE_VOICE = EspeakVoice("en-us+m3", rate=150, pitch=45)
INTERVIEWER_VARIANT = "f2"
INTERVIEWER_RATE = 175
INTERVIEWER_PITCH = 55
INTERVIEWER_LANGUAGES = {"en": "en", "fr": "fr", "pt": "pt-br", "zh": "cmn", "no": "nb", "tl": "en"}
"""language of Cartesia -> espeak's name of it, where they differ"""


def interviewer_voice(language: str) -> EspeakVoice:
    """The interviewer's voice in that language; whether espeak has it is found out by speaking."""
    name = INTERVIEWER_LANGUAGES.get(language, language)
    return EspeakVoice(f"{name}+{INTERVIEWER_VARIANT}", INTERVIEWER_RATE, INTERVIEWER_PITCH)
