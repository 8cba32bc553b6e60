"""All settings, from the environment or a .env file: GROUP_NAME sets group.name, so MONGODB_URL sets mongodb.url.

Built by main (and tests) only, never at import.
"""

import os
from typing import Annotated, Literal, get_origin

from pydantic import AfterValidator, BaseModel, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

Secret = Annotated[SecretStr, AfterValidator(lambda secret: SecretStr(secret.get_secret_value().strip()))]
"""a mounted or pasted one often ends with a line end"""


class MongodbSettings(BaseModel):
    """MongoDB 6.0 or newer, a replica set (transactions need one)."""

    url: str = "mongodb://127.0.0.1:27017/?replicaSet=rs0"
    database: str = "viva"
    timeout_seconds: float = Field(4.0, gt=0, description="bound of one operation, server selection included")


class RedisSettings(BaseModel):
    """Redis 7 or valkey: carries live turns and wakes jobs; holds nothing that is not in MongoDB."""

    url: str = "redis://127.0.0.1:6379/0"
    prefix: str = Field("viva", description="first part of every channel, stream and key")
    publish_seconds: float = Field(0.5, gt=0, description="bound of one publish or kick")


class AnthropicSettings(BaseModel):
    """Claude, for replies and judgements."""

    api_key: Secret = SecretStr("")
    base_url: str | None = Field(None, description="another address of the Messages API; the sandbox's provider")
    interviewer_model: str = "claude-haiku-5-5"
    judge_model: str = "claude-opus-5-5"
    input_usd: float = Field(4.0, ge=0, description="judge model, USD per million input tokens, for Evaluation.usage.costUsd")
    cached_input_usd: float = Field(0.2, ge=0, description="the same, read from the cache")
    output_usd: float = Field(20.0, ge=0, description="the same, output")


class ApiSettings(BaseModel):
    """The HTTP and WebSocket server."""

    host: str = "127.0.0.1"
    port: int = 8000
    compression: bool = Field(
        False, description="of WebSocket messages (permessage-deflate): a fraction of the bytes, for much of the processor's time"
    )
    reuse_port: bool = Field(False, description="several processes of one machine share the port; the kernel spreads connections")
    public_url: str = Field("http://127.0.0.1:8000", description="how browsers reach it; links are made from it")
    allowed_origins: list[str] = Field([], description="origins of other hosts whose pages may use the API")
    ide: bool = Field(False, description="GraphQL IDE and introspection")
    ide_assets: str | None = Field(None, description="folder of the IDE's npm packages; without it browsers load them from afar")
    drain_seconds: int = Field(10, gt=0, description="after SIGTERM, for requests that are under way")


class AuthSettings(BaseModel):
    """Who may do what."""

    secret: Secret = Field(SecretStr(""), description="signs invites and candidates' tokens; at least 32 characters")
    access_minutes: int = Field(240, gt=0, description="life of a candidate's token; joinInterview gives a fresh one")
    invite_days: int = Field(7, gt=0, description="life of an invite when the caller gives none")


class InterviewSettings(BaseModel):
    """Clocks of the interview, in seconds."""

    first_word_seconds: float = Field(4.0, gt=0, description="no first word of Claude within it: code asks the next question")
    gap_seconds: float = Field(4.0, gt=0, description="longest pause between two words of Claude")
    silence_seconds: float = Field(
        300.0, gt=0, description="typed: no answer for so long, and the interviewer asks again, once; then it ends"
    )
    closing_seconds: float = Field(60.0, ge=0, description="of the limit, kept for the closing")


class LivekitSettings(BaseModel):
    """LiveKit: the rooms of voice interviews. Without a URL this server has no voice channel."""

    url: str = Field("", description="how our processes reach it, ws:// or wss://; empty: no voice")
    public_url: str = Field("", description="how browsers reach it, where that is another address than url")
    api_key: Secret = SecretStr("")
    api_secret: Secret = SecretStr("")
    agent_name: str = Field(
        "viva-interviewer", description="of the interviewers; another in each deployment that shares a LiveKit"
    )
    recorder_name: str = Field("viva-recorder", description="of the recorders, likewise")
    timeout_seconds: float = Field(4.0, gt=0, description="bound of one call of its API")
    empty_seconds: int = Field(300, gt=0, description="a room to which nobody comes is closed after it")


class DeepgramSettings(BaseModel):
    """Speech to text."""

    api_key: Secret = SecretStr("")
    base_url: str = Field("https://api.deepgram.com/v1/listen", description="its path included")
    model: str = "nova-3"


class CartesiaSettings(BaseModel):
    """Text to speech."""

    api_key: Secret = SecretStr("")
    base_url: str = "https://api.cartesia.ai"
    model: str = "sonic-3"
    voice: str = Field(
        "f786b574-daa5-4673-aa0c-cbe3e8534c02", description="id of the voice for languages that voices does not name"
    )
    voices: dict[str, str] = Field({}, description='id of the voice by language: {"de": "..."}')


class VoiceSettings(BaseModel):
    """The voice worker, and its clocks in seconds."""

    turn_detection: Literal["vad", "model"] = Field(
        "model", description="who tells that an answer is over: silence alone, or silence and a model on this machine (v1-mini)"
    )
    min_delay_seconds: float = Field(0.6, gt=0, description="silence after which an answer may be over")
    max_delay_seconds: float = Field(6.0, gt=0, description="silence after which it is, whatever the model thinks")
    early_replies: bool = Field(
        True, description="ask Claude while it is waited whether an answer goes on: quicker, for some calls that are not used"
    )
    interruption_seconds: float = Field(0.5, gt=0, description="speech that cuts the interviewer off")
    echo_seconds: float = Field(
        3.0,
        ge=0,
        description="of the interviewer's first words, in which none of the candidate's cut it off: echo cancelling settles",
    )
    min_confidence: float = Field(0.4, ge=0, le=1, description="a turn that was heard less surely is asked again")
    silence_seconds: float = Field(
        60.0, gt=0, description="no word for so long, and the interviewer asks again, once; then it ends"
    )
    grace_seconds: float = Field(120.0, gt=0, description="who is away for longer has left")
    jobs: int = Field(8, gt=0, description="interviews, or recordings, at once in one worker")
    idle_processes: int = Field(1, ge=0, description="kept warm for the next interview")
    metrics_port: int = Field(0, ge=0, description="where a voice worker serves /metrics; 0: nowhere")
    drain_seconds: int = Field(30, gt=0, description="after SIGTERM, before interviews are handed over to another worker")


class RecordingSettings(BaseModel):
    """What is kept of sound and picture, where the candidate has agreed to it."""

    store: str = Field("", description="a folder, or s3://bucket/prefix; empty: nothing is recorded")
    s3_endpoint: str = Field("", description="of an S3 that is not Amazon's")
    s3_region: str = "us-east-1"
    s3_access_key: Secret = SecretStr("")
    s3_secret_key: Secret = SecretStr("")
    url_minutes: int = Field(15, gt=0, description="life of a link for playback")


class JobsSettings(BaseModel):
    """The jobs worker: replies, evaluations, repairs."""

    concurrency: int = Field(50, gt=0, description="jobs at once in one process")
    lease_seconds: float = Field(4.0, gt=1, description="a job that has not renewed for so long is taken over")
    sweep_seconds: float = Field(2.0, gt=0)
    drain_seconds: float = Field(10.0, gt=0, description="after SIGTERM, for jobs that are under way")
    judge_attempts: int = Field(5, gt=0, description="tries of one evaluation before it fails")
    judge_seconds: float = Field(300.0, gt=0, description="bound of one call of the judge")


class LogSettings(BaseModel):
    """Logs go to standard error."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    format: Literal["console", "json"] = "json"


class Settings(BaseSettings):
    """Every setting of every process."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_nested_delimiter="_",
        env_nested_max_split=1,
        extra="ignore",
        frozen=True,
        str_strip_whitespace=True,
    )

    sandbox: bool = Field(False, description="servers and providers are the sandbox's own: marked on every evaluation")
    mongodb: MongodbSettings = MongodbSettings()
    redis: RedisSettings = RedisSettings()
    anthropic: AnthropicSettings = AnthropicSettings()
    api: ApiSettings = ApiSettings()
    auth: AuthSettings = AuthSettings()
    interview: InterviewSettings = InterviewSettings()
    livekit: LivekitSettings = LivekitSettings()
    deepgram: DeepgramSettings = DeepgramSettings()
    cartesia: CartesiaSettings = CartesiaSettings()
    voice: VoiceSettings = VoiceSettings()
    recording: RecordingSettings = RecordingSettings()
    jobs: JobsSettings = JobsSettings()
    log: LogSettings = LogSettings()


class InvalidSettings(Exception):
    """What the environment or .env says cannot be. `messages`: one for each setting, with what to do and without its value."""

    def __init__(self, messages: list[str]) -> None:
        super().__init__("; ".join(messages))
        self.messages = messages


def read_settings() -> Settings:
    """The settings of this process. Raises WrongSettings."""
    try:
        return Settings()
    except ValidationError as error:
        raise InvalidSettings(
            [_format_problem(problem) for problem in error.errors(include_input=False, include_url=False)]
        ) from None
    except SettingsError as error:
        # its text names the group alone, and its cause shows the value
        group = str(error).split('"')[1]
        lists = " or ".join(f"{group}_{name}".upper() for name in _find_list_fields(group))
        if lists and group.upper() not in os.environ:
            raise InvalidSettings([f'{lists}: this is no JSON list, such as ["https://hr.example"]. Correct it.']) from None
        raise InvalidSettings([f"{group.upper()}: {_NOT_A_SETTING}. Unset it."]) from None


_NOT_A_SETTING = "this is the first part of settings' names, and none itself"


def _format_problem(problem: ErrorDetails) -> str:
    name = "_".join(str(part) for part in problem["loc"]).upper()
    reason = _NOT_A_SETTING if problem["type"] == "model_type" else problem["msg"]
    return f"{name}: {reason}. Correct it in the environment or in .env (see .env.example)."


def _find_list_fields(group: str) -> list[str]:
    kind = Settings.model_fields[group].annotation
    fields = kind.model_fields if isinstance(kind, type) and issubclass(kind, BaseModel) else {}
    return [name for name, field in fields.items() if get_origin(field.annotation) is list]
