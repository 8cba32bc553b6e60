"""Agreement of reviewers with the model."""

import strawberry

from evaluation.agreement import Agreement
from resolvers import agreement as use_case
from schema.decorators import document_field, object_type


@object_type
class CriterionAgreement:
    """How far reviewers who rated blind agree with the model, for one criterion of one version of a position.

    A rating is compared with the levels of the version of the evaluation that was rated. Versions of
    a position are never mixed, because their rubrics may differ.
    """

    document: strawberry.Private[use_case.CriterionAgreement]
    agreement: strawberry.Private[Agreement]
    position_version: int = document_field("The version of the position.")
    criterion_key: str = document_field("The key of the criterion.")
    ratings: int = document_field("The number of ratings, with those in which somebody could not assess the criterion.")
    n: int = document_field("The number of ratings in which both the reviewer and the model gave a level.", source="agreement")
    exact_share: float | None = document_field(
        "The share of `n` in which both levels are equal, 0 to 1. Null if `n` is 0.", source="agreement"
    )
    kappa: float | None = document_field(
        "Cohen's kappa with quadratic weights: 1 is perfect agreement, 0 is what chance would give. Null if `n` is less than 2, "
        "or if the reviewers or the model gave one level only.",
        source="agreement",
    )
    kappa_low: float | None = document_field(
        "The lower end of kappa's 95 % interval (Fleiss, Cohen and Everitt, 1969). Rough if `n` is less than some 30. Null like "
        "`kappa`, and if the variance is zero.",
        source="agreement",
    )
    kappa_high: float | None = document_field("The upper end of the interval. Null like `kappaLow`.", source="agreement")

    @classmethod
    def of(cls, document: use_case.CriterionAgreement) -> "CriterionAgreement":
        """Build the agreement of one criterion."""
        return cls(document=document, agreement=document.agreement)
