"""The livekit-agents session with its speech providers, and the agent that connects it to the conversation."""

from collections.abc import AsyncGenerator, AsyncIterable, Sequence
from typing import Any

from livekit import rtc
from livekit.agents import NOT_GIVEN, Agent, AgentSession, APIConnectOptions, ModelSettings, inference
from livekit.agents.llm import ChatContext, ChatMessage
from livekit.agents.stt import STT, SpeechEvent, SpeechEventType
from livekit.agents.tts import TTS
from livekit.agents.voice import UserStateChangedEvent
from livekit.agents.voice.agent_session import SessionConnectOptions
from livekit.plugins import cartesia, deepgram

from agent.recognition import resolve_recognition_language
from agent.voice.conversation import Conversation
from agent.voice.recognizer_monitor import RecognizerMonitor
from agent.voice.speech import SpeechPlayer
from agent.voice.speech_collector import SpeechCollector
from models.documents.language import primary_language
from settings import Settings

FALSE_INTERRUPTION_SECONDS = 1.0
"""Silence without a transcript after which an interrupted speech goes on."""
RECOGNIZER_OPTIONS = APIConnectOptions(max_retry=4, retry_interval=2.0, timeout=3.0)
"""A recognizer that refuses connections is given up after 6 s; a restart of the service takes less."""
SYNTHESIZER_OPTIONS = APIConnectOptions(max_retry=1, retry_interval=0.5, timeout=5.0)
"""A synthesizer that sends no audio is given up after two attempts of 5 s."""


class VoiceAgent(Agent):
    """Forwards the session's events to the conversation, the collector and the player.

    It decides nothing and has no language model: the conversation and its plan choose what is said.
    """

    def __init__(
        self,
        session: AgentSession[None],
        conversation: Conversation,
        collector: SpeechCollector,
        speech_player: SpeechPlayer,
        recognizer_monitor: RecognizerMonitor,
    ) -> None:
        super().__init__(instructions="")
        self._recognizer_monitor = recognizer_monitor
        self._conversation = conversation
        self._collector = collector
        self._speech_player = speech_player
        session.on("user_state_changed", self._on_user_state_changed)
        session.on("agent_state_changed", speech_player.on_agent_state_changed)
        session.on("error", speech_player.on_error)
        session.on("error", recognizer_monitor.on_error)
        if session.stt:
            session.stt.on("metrics_collected", recognizer_monitor.on_metrics)

    async def stt_node(
        self, audio: AsyncIterable[rtc.AudioFrame], model_settings: ModelSettings
    ) -> AsyncGenerator[SpeechEvent | str, None]:
        """Transcribe the candidate's audio, and collect the transcripts."""
        async for event in Agent.default.stt_node(self, self._collector.clock.track(audio), model_settings):
            if isinstance(event, SpeechEvent):
                if event.type is not SpeechEventType.RECOGNITION_USAGE:
                    self._recognizer_monitor.answered()
                if self._collector.must_drop(event):
                    self._conversation.transcript_dropped()
                    continue
                if self._collector.add_event(event):
                    self._conversation.candidate_speech_changed()
            yield event

    async def tts_node(self, text: AsyncIterable[str], model_settings: ModelSettings) -> AsyncGenerator[rtc.AudioFrame, None]:
        """Synthesize the interviewer's words, and record when the audio arrives."""
        async for frame in self._speech_player.track_frames(Agent.default.tts_node(self, text, model_settings)):
            yield frame

    async def on_user_turn_completed(self, turn_ctx: ChatContext, new_message: ChatMessage) -> None:
        """Commit the candidate's answer, which the session considers complete."""
        metrics = new_message.metrics
        await self._conversation.commit_turn(metrics.get("started_speaking_at"), metrics.get("stopped_speaking_at"))

    def _on_user_state_changed(self, event: UserStateChangedEvent) -> None:
        self._collector.on_user_state_changed(event)
        self._recognizer_monitor.speech_changed(is_speaking=event.new_state == "speaking")
        self._conversation.candidate_speech_changed()
        self._speech_player.on_user_state_changed(event)


def create_recognizer(settings: Settings, language: str, key_terms: Sequence[str] = ()) -> STT[Any]:
    """Create the client of the speech recognizer for a language, a BCP 47 tag. `key_terms` are from `agent.recognition`."""
    return deepgram.STT(
        model=settings.deepgram.model,
        language=resolve_recognition_language(settings.deepgram.model, language),
        # The plugin refuses even an empty list with a model that takes no key terms.
        keyterm=list(key_terms) or NOT_GIVEN,
        base_url=settings.deepgram.base_url,
        api_key=settings.deepgram.api_key.get_secret_value(),
        # Opt out of Deepgram's model improvement program, so that nothing is used for training.
        mip_opt_out=True,
    )


def create_synthesizer(settings: Settings, language: str) -> TTS[Any]:
    """Create the client of the speech synthesizer for a language, a BCP 47 tag."""
    return cartesia.TTS(
        model=settings.cartesia.model,
        language=primary_language(language),
        voice=settings.cartesia.voices.get(primary_language(language), settings.cartesia.voice),
        base_url=settings.cartesia.base_url,
        api_key=settings.cartesia.api_key.get_secret_value(),
    )


def create_session(settings: Settings, language: str, key_terms: Sequence[str] = ()) -> AgentSession[None]:
    """Create the session for an interview in that language, a BCP 47 tag. `key_terms` are from `agent.recognition`.

    Nothing is sent to LiveKit Cloud: the turn detector's version is pinned to one that runs locally.
    """
    voice = settings.voice
    return AgentSession(
        stt=create_recognizer(settings, language, key_terms),
        tts=create_synthesizer(settings, language),
        vad=inference.VAD(),
        # The session's own retries take minutes, in which the candidate would hear nothing. After the
        # first error that is final, the interview continues in writing (agent.voice.interviewer_job).
        conn_options=SessionConnectOptions(
            stt_conn_options=RECOGNIZER_OPTIONS, tts_conn_options=SYNTHESIZER_OPTIONS, max_unrecoverable_errors=0
        ),
        use_tts_aligned_transcript=True,
        aec_warmup_duration=voice.echo_seconds,
        user_away_timeout=None,
        turn_handling={
            "turn_detection": "vad" if voice.turn_detection == "vad" else inference.TurnDetector(version="v1-mini"),
            "endpointing": {"min_delay": voice.min_delay_seconds, "max_delay": voice.max_delay_seconds},
            "interruption": {
                "mode": "vad",
                "min_duration": voice.interruption_seconds,
                # A speech that a backchannel or an echo has paused goes on after this time.
                "false_interruption_timeout": FALSE_INTERRUPTION_SECONDS,
                # Words spoken over the disclosure are transcribed, although they do not interrupt it.
                "discard_audio_if_uninterruptible": False,
            },
            "preemptive_generation": {"enabled": False},
        },
    )
