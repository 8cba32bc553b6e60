"""What every follower checks: each turn once, in order, and word for word what was written."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

TEXT_BYTES = 100
"""of the digest, so 200 characters of text"""
KINDS = ("missing", "repeated", "reordered", "wrong")


def text_of(interview_id: str, seq: int) -> str:
    """The text of that turn: a digest of the interview's id, as callers see it, and the seq."""
    return hashlib.shake_256(f"{interview_id}:{seq}".encode()).hexdigest(TEXT_BYTES)


@dataclass(slots=True)
class Oracle:
    """Looks at the turns of one interview as they come, over however many connections."""

    interview_id: str
    last: int = 0
    """highest seq that has come"""
    missing: int = 0
    repeated: int = 0
    reordered: int = 0
    wrong: int = 0
    _passed_over: set[int] = field(default_factory=set)

    def take(self, seq: int, text: str) -> None:
        """Look at the next turn that has come."""
        self.wrong += text != text_of(self.interview_id, seq)
        if seq == self.last + 1:
            self.last = seq
        elif seq > self.last:
            gap = range(self.last + 1, seq)
            self._passed_over.update(gap)
            self.missing += len(gap)
            self.last = seq
        elif seq in self._passed_over:
            self._passed_over.remove(seq)
            self.missing -= 1
            self.reordered += 1
        else:
            self.repeated += 1

    def faults(self) -> Mapping[str, int]:
        """How many turns were not as they must be, by KINDS."""
        return {kind: getattr(self, kind) for kind in KINDS}
