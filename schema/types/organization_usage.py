"""What an organization uses, and its budgets."""

from datetime import datetime

import strawberry

from models.documents import organization_usage as documents
from resolvers.organization_usage import UsageReport
from schema.decorators import as_graphql, document_field, object_type
from schema.types.enums import Budget


@object_type
class BudgetUse:
    """A daily budget of the organization, and how much of it is used today.

    The operator sets budgets. Each day begins at 00:00 UTC.
    """

    budget: Budget = strawberry.field(description="The budget.")
    limit: float | None = strawberry.field(description="The limit per day. Null if there is none.")
    used: float = strawberry.field(
        description="How much is used today. It can exceed the limit by the calls that were in progress when it was reached."
    )
    opens_at: datetime = strawberry.field(description="When the next day begins, at which nothing is used.")


@object_type
class DailyUsage:
    """What the organization used on one day (UTC). Token counts are floats, because they may exceed 32 bits."""

    document: strawberry.Private[documents.OrganizationUsage]
    day: datetime = document_field("The beginning of the day.")
    interviews: int = document_field("How many interviews began.")
    messages: int = document_field("How many turns candidates typed or spoke.")
    calls: int = strawberry.field(description="How many calls Claude answered, for replies and for evaluations.")
    input_tokens: float = strawberry.field(description="Input tokens of these calls, without those read from the prompt cache.")
    cached_input_tokens: float = strawberry.field(description="Input tokens read from the prompt cache.")
    output_tokens: float = strawberry.field(description="Output tokens.")
    cost_usd: float = strawberry.field(description="The cost in US dollars, by the prices in the deployment's settings.")

    @classmethod
    def of(cls, document: documents.OrganizationUsage) -> "DailyUsage":
        """Build the day from its document."""
        usage = document.usage
        return cls(
            document=document,
            calls=usage.calls,
            input_tokens=usage.input_tokens,
            cached_input_tokens=usage.cached_input_tokens,
            output_tokens=usage.output_tokens,
            cost_usd=round(usage.cost_usd, 6),
        )


@object_type
class OrganizationUsage:
    """What the organization has used, by day, and its daily budgets."""

    budgets: list[BudgetUse] = strawberry.field(description="The daily budgets.")
    days: list[DailyUsage] = strawberry.field(description="The days on which anything was used, newest first.")

    @classmethod
    def of(cls, report: UsageReport) -> "OrganizationUsage":
        """Build the type from the report."""
        return cls(
            budgets=[as_graphql(BudgetUse, budget) for budget in report.budgets],
            days=[DailyUsage.of(day) for day in report.days],
        )
