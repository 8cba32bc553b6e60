"""Impact analyses: rates and impact ratios by demographic category."""

from datetime import datetime

import strawberry

from resolvers import impact_analysis as analyses
from schema.decorators import document_field, object_type, resolved_field
from schema.types.enums import DemographicAttribute


@object_type
class CategoryImpact:
    """Counts and rates of one category. Rates are rounded to four decimal places.

    A rate of fewer than 5 interviews is null, because it would say more about chance than about the
    procedure; its ratio is null as well, and it is not compared with the other rates.
    """

    document: strawberry.Private[analyses.CategoryImpact]
    category: str = document_field("The category, in the spelling that is stored most often.")
    interviews: int = document_field("The number of completed interviews.")
    scored: int = document_field("How many of them have an overall score.")
    above_median: int = document_field("How many of the scores are above the median of all scores of the period.")
    scoring_rate: float | None = document_field("`aboveMedian` divided by `scored`.")
    scoring_impact_ratio: float | None = document_field("The scoring rate divided by the highest scoring rate of a category.")
    decided: int = document_field("How many interviews have the decision ADVANCE or REJECT. HOLD postpones the decision.")
    advanced: int = document_field("How many have the decision ADVANCE.")
    selection_rate: float | None = document_field("`advanced` divided by `decided`.")
    selection_impact_ratio: float | None = document_field(
        "The selection rate divided by the highest selection rate of a category."
    )
    is_small_sample: bool = document_field("Whether there are fewer than 5 scores or decisions, so that a rate is null.")


@object_type
class ImpactAnalysis:
    """Scoring and selection rates by category for the completed interviews of a position.

    It contains numbers only: what they mean in law is for people to judge. Erased interviews are
    not included.
    """

    document: strawberry.Private[analyses.ImpactAnalysis]
    position_key: str = strawberry.field(description="The key of the position.")
    since: datetime = strawberry.field(description="The beginning of the period.")
    until: datetime = strawberry.field(description="The end of the period.")
    attribute: DemographicAttribute = strawberry.field(description="The attribute.")
    interviews: int = document_field("The number of completed interviews created in the period.")
    unknown: int = document_field(
        "How many of them have no category of this attribute. They count for the median, and for no rate."
    )
    position_versions: list[int] = document_field(
        "The versions of the position that were used. Scores by different rubrics may not be comparable."
    )
    median_score: float | None = document_field("The median of all overall scores. Null if there are fewer than five.")
    categories: list[CategoryImpact] = strawberry.field(
        description="The categories, in alphabetical order. None if the period has fewer than five interviews."
    )

    @resolved_field()
    def csv(self) -> str:
        """The categories as CSV (RFC 4180), with a byte order mark.

        A category that a spreadsheet would run as a formula begins with an apostrophe.
        """
        return analyses.format_csv(self.document, self.attribute)

    @classmethod
    def of(
        cls,
        document: analyses.ImpactAnalysis,
        position_key: str,
        since: datetime,
        until: datetime,
        attribute: DemographicAttribute,
    ) -> "ImpactAnalysis":
        """Build the analysis with the arguments that it was requested with."""
        categories = [CategoryImpact(document=category) for category in document.categories]
        return cls(
            document=document, position_key=position_key, since=since, until=until, attribute=attribute, categories=categories
        )
