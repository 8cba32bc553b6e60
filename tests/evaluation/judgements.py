"""Build judgements in the judge's format, for scripted replies of the provider."""

import json
from typing import Any

CRITERION_KEYS = ("technical", "communication", "problem_solving")


def build_criterion_judgement(level: int | None, *quotes: tuple[int, str]) -> dict[str, Any]:
    return {
        "quotes": [{"turn": turn, "text": text} for turn, text in quotes],
        "rationale": "The answer names what was done and why.",
        "level": level,
    }


def build_judgement_json(default: dict[str, Any], **values: Any) -> str:
    """Return a judgement: `values` replace judgements of criteria, which are `default` otherwise, or other fields."""
    criteria = {key: values.pop(key, default) for key in CRITERION_KEYS}
    return json.dumps({"criteria": criteria, "strengths": [], "weaknesses": [], "summary": "A summary.", **values})
