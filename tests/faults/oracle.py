"""Oracle for followers: every turn arrives once, in order, and word for word as it was written."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

DIGEST_BYTES = 100
"""Makes a text of 200 characters."""
KINDS = ("missing", "repeated", "reordered", "wrong")


def expected_text(interview_id: str, seq: int) -> str:
    """Return the text of a turn: a digest of the interview's id, as callers see it, and of the turn's seq."""
    return hashlib.shake_256(f"{interview_id}:{seq}".encode()).hexdigest(DIGEST_BYTES)


@dataclass(slots=True)
class Oracle:
    """Checks the turns of one interview as they arrive, over any number of connections."""

    interview_id: str
    last: int = 0
    """Highest seq that has arrived."""
    missing: int = 0
    repeated: int = 0
    reordered: int = 0
    wrong: int = 0
    _skipped: set[int] = field(default_factory=set)

    def observe(self, seq: int, text: str) -> None:
        """Check the next turn that has arrived."""
        self.wrong += text != expected_text(self.interview_id, seq)
        if seq == self.last + 1:
            self.last = seq
        elif seq > self.last:
            gap = range(self.last + 1, seq)
            self._skipped.update(gap)
            self.missing += len(gap)
            self.last = seq
        elif seq in self._skipped:
            self._skipped.remove(seq)
            self.missing -= 1
            self.reordered += 1
        else:
            self.repeated += 1

    def violations(self) -> Mapping[str, int]:
        """Return the number of violations of each of KINDS."""
        return {kind: getattr(self, kind) for kind in KINDS}
