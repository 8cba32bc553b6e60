"""Minimal versions of the requests that the interviewer sends to Claude."""

from typing import Any

DIRECTIVE = "<directive>\nmoves: NEXT PROBE REPEAT STOP\nquestion: 1 of 3\nstop asked: no\n</directive>"
ANSWER = "I rebuilt the tracking feed so that shops see each change within two seconds of it."
REQUEST: dict[str, Any] = {
    "model": "claude-test",
    "max_tokens": 100,
    "messages": [{"role": "user", "content": ANSWER}, {"role": "system", "content": DIRECTIVE}],
}


def make_request(**values: Any) -> Any:
    """Return a request that the rules can answer, with the fields in `values` replaced."""
    return {**REQUEST, **values}


def make_messages(*roles: str) -> list[dict[str, str]]:
    """Return one message per role: a directive for the system, an answer for all others."""
    return [{"role": role, "content": DIRECTIVE if role == "system" else ANSWER} for role in roles]
