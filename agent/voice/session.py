"""Ears and mouth of a room, as livekit-agents takes them: the session with its providers, and the agent that it calls."""

from collections.abc import AsyncGenerator, AsyncIterable

from livekit import rtc
from livekit.agents import Agent, AgentSession, ModelSettings, inference
from livekit.agents.llm import ChatContext, ChatMessage
from livekit.agents.stt import SpeechEvent
from livekit.plugins import cartesia, deepgram

from agent.voice.conversation import Conversation
from agent.voice.speech_collector import SpeechCollector
from agent.voice.speech_player import SpeechPlayer
from models.documents.language import primary_language
from settings import Settings


class VoiceAgent(Agent):
    """What livekit-agents calls; it decides nothing, and it has no model of its own: conversation and plan say what is said."""

    def __init__(self, conversation: Conversation, collector: SpeechCollector, speech_player: SpeechPlayer) -> None:
        super().__init__(instructions="")
        self._conversation = conversation
        self._collector = collector
        self._speech_player = speech_player

    async def stt_node(
        self, audio: AsyncIterable[rtc.AudioFrame], model_settings: ModelSettings
    ) -> AsyncGenerator[SpeechEvent | str, None]:
        """What the recognizer hears, noted in passing."""
        async for event in Agent.default.stt_node(self, self._collector.clock.track(audio), model_settings):
            if isinstance(event, SpeechEvent):
                self._collector.add_event(event)
            yield event

    async def tts_node(self, text: AsyncIterable[str], model_settings: ModelSettings) -> AsyncGenerator[rtc.AudioFrame, None]:
        """What the synthesizer speaks, noted in passing."""
        async for frame in self._speech_player.track_frames(Agent.default.tts_node(self, text, model_settings)):
            yield frame

    async def on_user_turn_completed(self, turn_ctx: ChatContext, new_message: ChatMessage) -> None:
        """The session takes the answer to be over."""
        metrics = new_message.metrics
        await self._conversation.commit_turn(metrics.get("started_speaking_at"), metrics.get("stopped_speaking_at"))


def create_session(settings: Settings, language: str) -> AgentSession[None]:
    """The session for an interview in that language (BCP 47). Nothing goes to LiveKit Cloud: the turn detector is pinned."""
    voice = settings.voice
    return AgentSession(
        stt=deepgram.STT(
            model=settings.deepgram.model,
            language=language,
            base_url=settings.deepgram.base_url,
            api_key=settings.deepgram.api_key.get_secret_value(),
            # never to be trained with
            mip_opt_out=True,
        ),
        tts=cartesia.TTS(
            model=settings.cartesia.model,
            language=primary_language(language),
            voice=settings.cartesia.voices.get(primary_language(language), settings.cartesia.voice),
            base_url=settings.cartesia.base_url,
            api_key=settings.cartesia.api_key.get_secret_value(),
        ),
        vad=inference.VAD(),
        use_tts_aligned_transcript=True,
        aec_warmup_duration=voice.echo_seconds,
        user_away_timeout=None,
        turn_handling={
            "turn_detection": "vad" if voice.turn_detection == "vad" else inference.TurnDetector(version="v1-mini"),
            "endpointing": {"min_delay": voice.min_delay_seconds, "max_delay": voice.max_delay_seconds},
            "interruption": {
                "mode": "vad",
                "min_duration": voice.interruption_seconds,
                # what is said over the disclosure is heard, though it does not cut it off
                "discard_audio_if_uninterruptible": False,
            },
            "preemptive_generation": {"enabled": False},
        },
    )
