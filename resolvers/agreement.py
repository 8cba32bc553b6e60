"""How far reviewers who rated blind agree with the judge."""

from dataclasses import dataclass
from datetime import datetime

from auth import Action, Principal, require_permission
from errors import BadInput
from evaluation.agreement import Agreement, compute_agreement
from models.documents.position import find_position
from models.reads.blind_ratings import LevelPair, list_level_pairs
from resolvers.ids import IdKind, build_not_found

MAX_VERSIONS = 50
"""Versions of a position whose agreement is returned."""


@dataclass(frozen=True, slots=True)
class CriterionAgreement:
    """The agreement on one criterion of one version of a position."""

    position_version: int
    criterion_key: str
    ratings: int
    agreement: Agreement


async def get_agreement(
    principal: Principal, position_key: str, since: datetime | None, until: datetime | None
) -> list[CriterionAgreement]:
    """Return the agreement of the ratings in this period, by version of the position, newest first, and by criterion.

    Of more than MAX_VERSIONS versions with ratings, these are the newest.

    Raises NotFound if there is no such position, and BadInput unless `since` is before `until`.
    """
    require_permission(principal, Action.REVIEW_EVALUATION)
    if since and until and since >= until:
        raise BadInput("since is not before until: no rating can match.", field="since")
    # keys are ASCII, and MongoDB refuses some other text
    if not position_key.isascii() or await find_position(principal.organization_id, position_key) is None:
        raise build_not_found(IdKind.POSITION)
    groups: dict[tuple[int, str], list[LevelPair]] = {}
    for pair in await list_level_pairs(principal.organization_id, position_key, since, until):
        groups.setdefault((pair.position_version, pair.criterion_key), []).append(pair)
    newest = sorted({version for version, _ in groups}, reverse=True)[:MAX_VERSIONS]
    return [
        CriterionAgreement(version, key, len(pairs), compute_agreement(_assessed_by_both(pairs)))
        for (version, key), pairs in sorted(groups.items(), key=lambda group: (-group[0][0], group[0][1]))
        if version in newest
    ]


def _assessed_by_both(pairs: list[LevelPair]) -> list[tuple[int, int]]:
    return [
        (pair.reviewer_level, pair.judge_level)
        for pair in pairs
        if pair.reviewer_level is not None and pair.judge_level is not None
    ]
