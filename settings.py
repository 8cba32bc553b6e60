"""All settings, from the environment or a .env file: GROUP_NAME sets group.name, so MONGODB_URL sets mongodb.url.

Commands and tests build them; nothing reads settings at import.
"""

import os
from pathlib import Path
from typing import Annotated, Literal, get_origin

import limits
from pydantic import AfterValidator, BaseModel, Field, IPvAnyNetwork, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    NestedSecretsSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

Secret = Annotated[SecretStr, AfterValidator(lambda secret: SecretStr(secret.get_secret_value().strip()))]
"""A secret without surrounding whitespace: mounted files and pasted values often end with a newline."""
MIN_SECRET_LENGTH = 32
SECRETS_FOLDER_VARIABLE = "SECRETS_DIR"
"""Environment variable with a folder of files, each of which is named like a setting and holds its value."""
PLATFORM_PORT_VARIABLE = "PORT"
"""Environment variable with which hosting platforms say at which port they expect the API. API_PORT takes precedence."""


def _require_rate(text: str) -> str:
    try:
        if not text or all(item.amount > 0 for item in limits.parse_many(text)):
            return text
    except ValueError:
        pass
    raise ValueError(
        'must be an amount per time, like "60/minute", "60/10minutes" or "60/minute;5/second", or empty for no limit'
    )


Rate = Annotated[str, AfterValidator(_require_rate)]
"""Amounts per time; empty for no limit."""


class MongodbSettings(BaseModel):
    """MongoDB 6.0 or newer, as a replica set, which transactions require."""

    url: str = "mongodb://127.0.0.1:27017/?replicaSet=rs0"
    database: str = "viva"
    timeout_seconds: float = Field(4.0, gt=0, description="Timeout of one operation, including server selection.")
    migrate_at_start: bool = Field(
        False, description="Whether processes migrate the database when they start, instead of `main.py migrate`."
    )


class RedisSettings(BaseModel):
    """Redis 7 or Valkey: carries live turns and wakes jobs; stores nothing that is not in MongoDB."""

    url: str = "redis://127.0.0.1:6379/0"
    prefix: str = Field("viva", description="Prefix of every channel, stream and key.")
    publish_seconds: float = Field(0.5, gt=0, description="Timeout of publishing a message or enqueuing a job.")


class AnthropicSettings(BaseModel):
    """Claude, for replies and evaluations."""

    api_key: Secret = SecretStr("")
    base_url: str | None = Field(None, description="Base URL of the Messages API, if not Anthropic's own.")
    interviewer_model: str = "claude-haiku-5-5"
    judge_model: str = "claude-opus-5-5"
    input_usd: float = Field(4.0, ge=0, description="Judge model: USD per million input tokens, for Evaluation.usage.costUsd.")
    cached_input_usd: float = Field(0.2, ge=0, description="Judge model: USD per million input tokens read from the cache.")
    output_usd: float = Field(20.0, ge=0, description="Judge model: USD per million output tokens.")
    reply_input_usd: float = Field(1.0, ge=0, description="Interviewer model: USD per million input tokens, for Interview.usage.")
    reply_cached_input_usd: float = Field(
        0.1, ge=0, description="Interviewer model: USD per million input tokens read from the cache."
    )
    reply_output_usd: float = Field(5.0, ge=0, description="Interviewer model: USD per million output tokens.")


class ApiSettings(BaseModel):
    """The HTTP and WebSocket server."""

    host: str = "127.0.0.1"
    port: int = Field(8000, description="Port to listen on; the default is PORT where a platform sets that.")
    compression: bool = Field(
        False, description="Compress WebSocket messages (permessage-deflate): a fraction of the bytes for considerable CPU time."
    )
    reuse_port: bool = Field(
        False, description="Let several processes on one machine share the port; the kernel distributes connections."
    )
    public_url: str = Field("http://127.0.0.1:8000", description="URL at which browsers reach the API; links are built from it.")
    allowed_origins: list[str] = Field([], description="Origins of other hosts whose pages may use the API.")
    ide: bool = Field(False, description="Enable the GraphQL IDE and introspection.")
    ide_assets: str | None = Field(
        None, description="Folder of the IDE's npm packages; without it only the sandbox serves the IDE, from a CDN."
    )
    metrics_token: Secret = Field(SecretStr(""), description="Bearer token for /metrics; empty: not served outside the sandbox.")
    max_connections: int = Field(
        0, ge=0, description="Connections of one process, above which it answers 503; 0: as many as its file descriptors allow."
    )
    trusted_proxies: list[IPvAnyNetwork] = Field(
        [], description="Networks of the reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed."
    )
    drain_seconds: int = Field(10, gt=0, description="Seconds that requests in progress have to complete after SIGTERM.")
    operation_seconds: float = Field(20.0, gt=0, description="Seconds after which an operation is stopped.")
    response_megabytes: float = Field(8.0, gt=0, description="Size of the largest GraphQL response.")


class RateSettings(BaseModel):
    """Rate limits of the whole deployment: an amount per second, minute, hour or day, or a multiple of them; empty: no limit.

    Several limits of the same kind are separated by semicolons.
    """

    requests: Rate = Field("6000/minute;100/second", description="HTTP requests and new WebSockets of one network address.")
    operations: Rate = Field(
        "600000/minute", description="Cost of the operations of one key or candidate, or of one address without a credential."
    )
    failed_credentials: Rate = Field("300/minute", description="Invalid credentials from one network address.")
    invites: Rate = Field("3000/10minutes", description="Invites that one organization makes.")
    joins: Rate = Field("60/10minutes", description="Times that one interview is joined.")
    messages: Rate = Field("60/minute", description="Messages of the candidate in one interview.")


class AuthSettings(BaseModel):
    """Signing of tokens, and their lifetimes."""

    secret: Secret = Field(
        SecretStr(""), description="Secret that signs invites, tokens and messages in Redis; at least 32 characters."
    )
    previous_secrets: list[Annotated[Secret, Field(min_length=MIN_SECRET_LENGTH)]] = Field(
        [], description="Earlier values of AUTH_SECRET: what they signed stays valid; nothing new is signed with them."
    )
    signing_key: Secret = Field(
        SecretStr(""),
        description="Ed25519 private keys as PEM that sign erasure receipts: the first signs, all verify; empty: no receipts.",
    )
    access_minutes: int = Field(240, gt=0, description="Lifetime of a candidate's token; joinInterview issues a new one.")
    invite_days: int = Field(7, gt=0, description="Lifetime of an invite when the caller sets none.")
    ended_invite_days: int = Field(
        30, ge=0, description="Days after the end of an interview for which its invite still opens the invitation."
    )

    def list_secrets(self) -> list[str]:
        """Return the secrets whose signatures are valid, the one that signs first. Raises RuntimeError if that is too short."""
        secret = self.secret.get_secret_value()
        if len(secret) < MIN_SECRET_LENGTH:
            raise RuntimeError(f"AUTH_SECRET is missing or too short: set it to at least {MIN_SECRET_LENGTH} random characters.")
        return [secret, *(previous.get_secret_value() for previous in self.previous_secrets)]


class InterviewSettings(BaseModel):
    """Time limits within an interview, in seconds."""

    first_word_seconds: float = Field(
        4.0, gt=0, description="Timeout of Claude's first word; after it, code asks the next question."
    )
    gap_seconds: float = Field(4.0, gt=0, description="Longest pause between two words of Claude.")
    silence_seconds: float = Field(
        300.0, gt=0, description="Typed: silence after which the interviewer asks once more, and then ends the interview."
    )
    closing_seconds: float = Field(60.0, ge=0, description="Part of the time limit that is reserved for the closing.")


class BudgetSettings(BaseModel):
    """Budgets of one interview, and of one organization on one day (UTC); 0 means unlimited.

    models.documents.budget.Budget has a name for each.
    """

    interview_messages: int = Field(1_000, ge=0, description="Messages that the candidate of one interview may type.")
    interview_characters: int = Field(
        400_000,
        gt=0,
        le=400_000,
        description="Characters of the candidate in one interview, above which typed messages are refused.",
    )
    interview_calls: int = Field(
        2_000, ge=0, description="Calls of Claude for the replies of one interview; after them, code replies."
    )
    interview_usd: float = Field(
        10.0, ge=0, allow_inf_nan=False, description="Cost of the replies of one interview in US dollars; after it, code replies."
    )
    daily_interviews: int = Field(10_000, ge=0, description="Interviews that one organization may begin per day (UTC).")
    daily_messages: int = Field(
        1_000_000, ge=0, description="Turns of an organization's candidates per day, after which no interview begins."
    )
    daily_calls: int = Field(
        500_000,
        ge=0,
        description="Calls of Claude per organization and day, after which no interview begins, code replies and evaluations "
        "wait.",
    )
    daily_tokens: int = Field(5_000_000_000, ge=0, description="Tokens of these calls, input and output, cached ones included.")
    daily_usd: float = Field(5_000.0, ge=0, allow_inf_nan=False, description="Cost of these calls in US dollars.")
    daily_try_outs: int = Field(20, ge=0, description="Try-outs of positions that one organization may start per day.")


class LivekitSettings(BaseModel):
    """LiveKit, for the rooms of voice interviews. Without a URL there is no voice channel."""

    url: str = Field("", description="URL at which our processes reach LiveKit (ws:// or wss://); empty disables voice.")
    public_url: str = Field("", description="URL at which browsers reach LiveKit, if it differs from url.")
    api_key: Secret = SecretStr("")
    api_secret: Secret = SecretStr("")
    previous_keys: dict[str, Secret] = Field(
        {}, description="Earlier API keys with their secrets, of which LiveKit may still send signed events."
    )
    agent_name: str = Field(
        "viva-interviewer",
        description="Name that interviewers register under; must be unique per deployment sharing a LiveKit server.",
    )
    recorder_name: str = Field("viva-recorder", description="Name that recorders register under; must be unique in the same way.")
    timeout_seconds: float = Field(4.0, gt=0, description="Timeout of one call of LiveKit's API.")
    empty_seconds: int = Field(300, gt=0, description="Seconds after which an empty room is closed.")


class DeepgramSettings(BaseModel):
    """Speech to text."""

    api_key: Secret = SecretStr("")
    base_url: str = Field("https://api.deepgram.com/v1/listen", description="URL of the streaming API, including its path.")
    model: str = "nova-3"


class CartesiaSettings(BaseModel):
    """Text to speech."""

    api_key: Secret = SecretStr("")
    base_url: str = "https://api.cartesia.ai"
    model: str = "sonic-3"
    voice: str = Field(
        "f786b574-daa5-4673-aa0c-cbe3e8534c02", description="Id of the voice for languages that are not in voices."
    )
    voices: dict[str, str] = Field({}, description='Id of the voice per language: {"de": "..."}.')


class VoiceSettings(BaseModel):
    """The voice worker and its time limits in seconds."""

    turn_detection: Literal["vad", "model"] = Field(
        "model", description="What detects the end of an answer: silence alone, or silence and a local model (v1-mini)."
    )
    min_delay_seconds: float = Field(0.6, gt=0, description="Silence after which an answer may be complete.")
    max_delay_seconds: float = Field(6.0, gt=0, description="Silence after which an answer is complete, regardless of the model.")
    early_replies: bool = Field(
        True, description="Ask Claude before an answer is known to be complete: faster, at the cost of some unused calls."
    )
    interruption_seconds: float = Field(0.5, gt=0, description="Seconds of speech that interrupt the interviewer.")
    echo_seconds: float = Field(
        3.0,
        ge=0,
        description="Seconds from the interviewer's first words without interruptions, while echo cancellation settles.",
    )
    min_confidence: float = Field(
        0.4,
        ge=0,
        le=1,
        description="Recognition confidence below which the interviewer asks again, and evaluations do not use the turn.",
    )
    silence_seconds: float = Field(
        60.0, gt=0, description="Silence after which the interviewer asks once more, and then ends the interview."
    )
    grace_seconds: float = Field(120.0, gt=0, description="Seconds of absence after which the candidate counts as having left.")
    jobs: int = Field(8, gt=0, description="Concurrent interviews, or recordings, per worker.")
    idle_processes: int = Field(1, ge=0, description="Processes that are started ahead for the next interview.")
    metrics_port: int = Field(
        0, ge=0, description="Deprecated, use WORKER_METRICS_PORT: port of a voice worker's /metrics without a token."
    )
    drain_seconds: int = Field(30, gt=0, description="Seconds after SIGTERM before interviews are handed over to another worker.")


class RecordingSettings(BaseModel):
    """Recordings of audio and video, for candidates who consented to them."""

    store: str = Field("", description="A folder or s3://bucket/prefix; empty disables recording.")
    s3_endpoint: str = Field("", description="Endpoint of an S3-compatible store other than Amazon's.")
    s3_region: str = "us-east-1"
    s3_access_key: Secret = SecretStr("")
    s3_secret_key: Secret = SecretStr("")
    url_minutes: int = Field(15, gt=0, description="Lifetime of a link to a recording, report or letter.")


class JobsSettings(BaseModel):
    """The jobs worker: replies, evaluations and repairs."""

    concurrency: int = Field(50, gt=0, description="Concurrent jobs per process.")
    lease_seconds: float = Field(4.0, gt=1, description="Seconds without a renewal after which another worker takes over a job.")
    sweep_seconds: float = Field(
        2.0, gt=0, description="Seconds between two rounds of repairs, which find due work whose wake-up was lost."
    )
    drain_seconds: float = Field(10.0, gt=0, description="Seconds that running jobs have to complete after SIGTERM.")
    judge_passes: int = Field(3, gt=0, le=9, description="Passes of the judge over each transcript; an odd number.")
    judge_attempts: int = Field(5, gt=0, description="Calls of the judge model for one pass before the evaluation fails.")
    judge_hours: float = Field(
        12.0, gt=0, description="Hours for which an evaluation is retried while the judge model is unavailable."
    )
    judge_seconds: float = Field(300.0, gt=0, description="Timeout of one call of the judge model.")
    evaluations_per_day: int = Field(
        10, gt=0, description="Evaluations of one interview that callers may request within 24 hours; repeats do not count."
    )

    @field_validator("judge_passes")
    @classmethod
    def _require_odd(cls, passes: int) -> int:
        if passes % 2 == 0:
            raise ValueError("must be odd, so that the passes have a median")
        return passes


class WorkerSettings(BaseModel):
    """What a worker (jobs, agent or recorder) serves over HTTP: health checks and metrics."""

    host: str = Field("127.0.0.1", description="Address on which a worker answers health checks, and serves metrics.")
    health_port: int = Field(0, ge=0, description="Port on which a worker answers health checks at /; 0 disables them.")
    metrics_port: int = Field(
        0, ge=0, description="Port on which a worker serves /metrics to the bearer of API_METRICS_TOKEN; 0 disables it."
    )


class WebhookSettings(BaseModel):
    """Webhooks to the URLs that organizations have registered."""

    timeout_seconds: float = Field(10.0, gt=0, description="Seconds that a receiver has to respond.")
    concurrency: int = Field(20, gt=0, description="Endpoints to which one jobs process sends at the same time.")
    allow_loopback: bool = Field(
        False, description="Accept http URLs of this machine, as the sandbox does; never for a deployment with several customers."
    )


class AuditSettings(BaseModel):
    """The audit log: who read or changed what."""

    days: int = Field(400, gt=0, description="Days after which an entry of the audit log is deleted.")


class VivaSettings(BaseModel):
    """The API that `main.py mcp` calls."""

    url: str = Field("http://127.0.0.1:8000", description="URL at which browsers reach the API.")
    api_key: Secret = SecretStr("")


class LogSettings(BaseModel):
    """Logs, which go to standard error."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    format: Literal["console", "json"] = "json"


class OtelSettings(BaseModel):
    """Traces by OpenTelemetry, under the names that its specification gives to the variables.

    Its SDK reads further variables, such as OTEL_EXPORTER_OTLP_TIMEOUT, from the environment only.
    """

    exporter_otlp_endpoint: str = Field("", description="Base URL of the collector (OTLP over HTTP); empty: no traces.")
    exporter_otlp_headers: Secret = Field(
        SecretStr(""), description="Headers for the collector: name=value, separated by commas."
    )
    service_name: str = Field("", description="Name of the service in traces; empty: viva-api, viva-jobs, viva-agent ...")
    traces_sampler_arg: float = Field(1.0, ge=0, le=1, description="Share of the interviews and requests that are traced.")
    sdk_disabled: bool = Field(False, description="Turn traces off although there is an endpoint.")


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

    sandbox: bool = Field(False, description="Servers and providers are the sandbox's own; every evaluation is marked.")
    mongodb: MongodbSettings = MongodbSettings()
    redis: RedisSettings = RedisSettings()
    anthropic: AnthropicSettings = AnthropicSettings()
    api: ApiSettings = ApiSettings()
    rate: RateSettings = RateSettings()
    auth: AuthSettings = AuthSettings()
    interview: InterviewSettings = InterviewSettings()
    budget: BudgetSettings = BudgetSettings()
    livekit: LivekitSettings = LivekitSettings()
    deepgram: DeepgramSettings = DeepgramSettings()
    cartesia: CartesiaSettings = CartesiaSettings()
    voice: VoiceSettings = VoiceSettings()
    recording: RecordingSettings = RecordingSettings()
    jobs: JobsSettings = JobsSettings()
    worker: WorkerSettings = WorkerSettings()
    webhook: WebhookSettings = WebhookSettings()
    audit: AuditSettings = AuditSettings()
    viva: VivaSettings = VivaSettings()
    log: LogSettings = LogSettings()
    otel: OtelSettings = OtelSettings()

    @property
    def allows_loopback_webhooks(self) -> bool:
        """Whether webhooks may be sent to this machine, by http too."""
        return self.sandbox or self.webhook.allow_loopback

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # the signature is the library's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read the environment first, then the files of SECRETS_DIR, then .env, where secrets may be left empty, then PORT."""
        folder = os.environ.get(SECRETS_FOLDER_VARIABLE)
        files = NestedSecretsSettingsSource(file_secret_settings, secrets_dir=folder or None, secrets_dir_missing="error")
        port = os.environ.get(PLATFORM_PORT_VARIABLE)
        platform = InitSettingsSource(settings_cls, {"api": {"port": port}} if port else {})
        return init_settings, env_settings, files, dotenv_settings, platform


class InvalidSettings(Exception):
    """The environment or .env has invalid settings.

    `messages` has one entry per setting, with the remedy and without the value.
    """

    def __init__(self, messages: list[str]) -> None:
        super().__init__("; ".join(messages))
        self.messages = messages


def read_settings() -> Settings:
    """Read the settings of this process. Raises InvalidSettings."""
    folder = os.environ.get(SECRETS_FOLDER_VARIABLE)
    if folder and not Path(folder).is_dir():
        raise InvalidSettings([f"{SECRETS_FOLDER_VARIABLE}: this is not a folder. Correct or unset it."])
    try:
        return Settings()
    except ValidationError as error:
        raise InvalidSettings(
            [_format_problem(problem) for problem in error.errors(include_input=False, include_url=False)]
        ) from None
    except SettingsError as error:
        # its text names only the group, and its cause contains the value
        group = str(error).split('"')[1]
        fields = _find_json_fields(group)
        if fields and group.upper() not in os.environ:
            names = " or ".join(f"{group}_{name}".upper() for name in fields)
            example = 'list like ["https://hr.example"]' if list in fields.values() else 'object like {"name": "value"}'
            raise InvalidSettings([f"{names}: this is not a JSON {example}. Correct it."]) from None
        raise InvalidSettings([f"{group.upper()}: {_NOT_A_SETTING}. Unset it."]) from None


_NOT_A_SETTING = "this is a prefix of settings' names, not a setting"


def _format_problem(problem: ErrorDetails) -> str:
    name = "_".join(str(part) for part in problem["loc"]).upper()
    reason = _NOT_A_SETTING if problem["type"] == "model_type" else problem["msg"]
    return f"{name}: {reason}. Correct it in the environment or in .env (see .env.example)."


def _find_json_fields(group: str) -> dict[str, type]:
    kind = Settings.model_fields[group].annotation
    fields = kind.model_fields if isinstance(kind, type) and issubclass(kind, BaseModel) else {}
    origins = {name: get_origin(field.annotation) for name, field in fields.items()}
    return {name: origin for name, origin in origins.items() if origin in (list, dict)}
