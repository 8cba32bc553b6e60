"""The root type of queries."""

from datetime import datetime
from functools import partial
from typing import Annotated

import strawberry
from strawberry import UNSET

from lifecycle.security_log import CredentialKind
from models.documents.audit_entry import AuditKind
from models.documents.interview import Interview as InterviewDocument
from models.documents.member import Member as MemberDocument
from models.documents.member_invitation import MemberInvitation as MemberInvitationDocument
from models.documents.organization import ApiKey as ApiKeyDocument
from models.documents.position import Position as PositionDocument
from models.documents.turn import Turn as TurnDocument
from models.documents.webhook import WebhookDelivery as WebhookDeliveryDocument
from models.documents.webhook import WebhookEndpoint as WebhookEndpointDocument
from models.reads import interview_list
from models.reads.pagination import Page
from resolvers import (
    agreement,
    api_keys,
    audit_log,
    candidate_comparison,
    candidate_import,
    changes,
    consent,
    demographics,
    evaluation_comparison,
    evaluations,
    interviews,
    invites,
    members,
    node,
    organization_usage,
    positions,
    retention,
    sign_in,
    transcripts,
    webhooks,
)
from resolvers.blind_review import VisibleEvaluation
from schema.arguments import (
    After,
    AfterChange,
    AfterSeq,
    Before,
    First,
    FirstChanges,
    FirstTurns,
    Id,
    InterviewId,
    Last,
    RequestBuilder,
    Version,
    to_dict_without_unset,
    unset_to_none,
)
from schema.audit import audited
from schema.context import Info
from schema.decorators import as_graphql, object_type, resolved_field
from schema.inputs.audit_log import AuditLogFilter
from schema.inputs.interviews import ImportCandidatesInput
from schema.inputs.lists import DEPRECATED_NAMES, InterviewFilter, InterviewOrder
from schema.inputs.positions import SavePositionInput
from schema.types.agreement import CriterionAgreement
from schema.types.api_key import ApiKey
from schema.types.audit_entry import AuditEntry
from schema.types.candidate_comparison import CandidateComparison
from schema.types.candidate_import import CandidateImport
from schema.types.change import ChangeConnection
from schema.types.connection import Connection
from schema.types.data_protection import DecisionRecord, RetentionPolicy
from schema.types.enums import DemographicAttribute, OrderDirection, WebhookDeliveryStatus
from schema.types.evaluation import Evaluation
from schema.types.evaluation_comparison import EvaluationComparison, VersionA, VersionB
from schema.types.impact_analysis import ImpactAnalysis
from schema.types.interview import Interview, stored_fields_to_load
from schema.types.invitation import ConsentText, Invitation
from schema.types.member import Member, MemberInvitation, MemberLink
from schema.types.node import Node
from schema.types.organization_usage import OrganizationUsage
from schema.types.payloads import PositionWarning
from schema.types.position import Position
from schema.types.recording import Recording
from schema.types.sign_in import SignInOptions
from schema.types.transcript import Transcript, Turn
from schema.types.viewer import Organization, Viewer
from schema.types.webhook import WebhookDelivery, WebhookEndpoint

_AUDIT_FILTER = RequestBuilder(audit_log.AuditLogFilter, path="filter")
_IMPORT = RequestBuilder(candidate_import.ImportRequest)
_FILTER = RequestBuilder(interview_list.InterviewFilter, deprecated_names=DEPRECATED_NAMES, path="filter")


@audited(AuditKind.READ)
@object_type
class Query:
    """The root of all queries.

    Send the credential, an API key or a candidate's token, as the header `Authorization: Bearer
    ...`. A request body may have at most 256 KiB. A document may have at most 2,000 tokens and,
    counting a fragment wherever it is spread, a depth of 15, 500 fields, 50 aliases, 50 fragment
    spreads and 50 directives; a larger one is BAD_INPUT. So is an operation that costs more than
    50,000: a field costs 1 plus its selection, and the selection of a list counts once for each
    item.

    In addition to the codes that each field lists, every query can fail with UNAUTHENTICATED,
    UNAVAILABLE (the database does not respond) and INTERNAL.
    """

    @resolved_field()
    async def node(self, info: Info, node_id: Id) -> Node | None:  # noqa: PLR0911  # one for each kind of object
        """The object with this id, of any type that implements Node.

        Errors:
        - NOT_FOUND: the id is unknown, or belongs to another organization or, for a candidate, to
          another interview.
        - FORBIDDEN: the role may not read objects of this kind.
        """
        caller = await info.context.principal()
        match await node.get_node(caller, node_id):
            case InterviewDocument() as interview:
                return Interview.of(interview, caller)
            case TurnDocument() as turn:
                return Turn.of(turn, caller)
            case PositionDocument() as position:
                return Position.of(position, caller)
            case VisibleEvaluation() as evaluation:
                return Evaluation.of(evaluation)
            case ApiKeyDocument() as key:
                return ApiKey.of(key)
            case MemberDocument() as member:
                return Member.of(member)
            case MemberInvitationDocument() as invitation:
                return MemberInvitation.of(invitation)
            case WebhookEndpointDocument() as endpoint:
                return WebhookEndpoint.of(endpoint)
            case WebhookDeliveryDocument() as delivery:
                return WebhookDelivery.of(delivery, caller)
            case (recording, file):
                return Recording.of(file, recording.interview_id)
            case organization:
                return Organization.of(organization)

    @resolved_field()
    async def viewer(self, info: Info) -> Viewer:
        """The caller."""
        return await Viewer.load(await info.context.principal())

    @resolved_field()
    async def sign_in_options(self, info: Info) -> SignInOptions | None:
        """The ways in which people can sign in (signIn). It needs no credential."""
        return as_graphql(SignInOptions, await sign_in.get_sign_in_options(info.context.services))

    @resolved_field()
    async def member_link(
        self, info: Info, token: Annotated[str, strawberry.argument(description="The token of the link.")]
    ) -> MemberLink | None:
        """The link of a member (inviteMember, renewMemberLink), for the page that the person sees before using it.

        The token is the only credential needed.

        Errors:
        - NOT_FOUND: the link is invalid, was used, revoked or replaced, or has expired.
        - FORBIDDEN: the organization is closed.
        """
        with info.context.recording_refusal(CredentialKind.MEMBER_LINK):
            return MemberLink(details=await members.describe_link(info.context.services, token))

    @resolved_field()
    async def interview(self, info: Info, interview_id: Id) -> Interview | None:
        """An interview.

        Errors:
        - NOT_FOUND: it does not exist, belongs to another organization, or is not the candidate's
          own.
        """
        caller = await info.context.principal()
        return Interview.of(await interviews.get_interview(caller, interview_id), caller)

    @resolved_field()
    async def invitation(
        self, info: Info, token: Annotated[str, strawberry.argument(description="The token of the invite.")]
    ) -> Invitation | None:
        """The interview behind an invite, for the page that the candidate sees before joining.

        The token is the only credential needed. It works until the invite is replaced or the
        interview erased, and for 30 days after the interview has ended, unless the deployment sets
        another time, or for as long as the candidate can correct turns.

        Errors:
        - NOT_FOUND: the token is invalid or was replaced, or the interview ended too long ago.
        """
        return Invitation.of(await invites.get_invitation(info.context.services, token))

    @resolved_field()
    async def consent_text(
        self,
        info: Info,
        position_key: Annotated[str, strawberry.argument(description="The key of the position.")],
        language: Annotated[
            str | None,
            strawberry.argument(
                description="The language of the text, as a BCP 47 tag; English if there is no translation. Default: that of "
                "the position."
            ),
        ] = UNSET,
    ) -> ConsentText | None:
        """The text to show to a candidate before startInterview, for interviews of a position.

        Roles: ADMIN, RECRUITER, INTEGRATION.

        Errors:
        - NOT_FOUND: there is no such position.
        - BAD_INPUT: the language is not a BCP 47 tag.
        """
        caller = await info.context.principal()
        text = await consent.get_consent_text(info.context.services, caller, position_key, unset_to_none(language))
        return as_graphql(ConsentText, text)

    @resolved_field()
    async def check_candidate_import(
        self,
        info: Info,
        data: Annotated[ImportCandidatesInput, strawberry.argument(name="input", description="The input of importCandidates.")],
    ) -> CandidateImport | None:
        """What importCandidates would do with a CSV file: each row, and everything that is wrong with it. Nothing is stored.

        Roles: ADMIN, RECRUITER, INTEGRATION.

        Errors:
        - BAD_INPUT: importCandidates would refuse the whole file.
        """
        caller = await info.context.principal()
        checked = await candidate_import.check_candidate_import(info.context.services, caller, _IMPORT.build(data))
        return CandidateImport.of(checked, caller)

    @resolved_field()
    async def interviews(
        self,
        info: Info,
        interview_filter: Annotated[
            InterviewFilter | None,
            strawberry.argument(name="filter", description="Selects interviews. Without it, all are returned."),
        ] = UNSET,
        order_by: Annotated[
            InterviewOrder | None, strawberry.argument(description="The order of the list. Default: newest first.")
        ] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Interview]:
        """The organization's interviews.

        Roles: ADMIN, RECRUITER, INTEGRATION, VIEWER.

        Errors:
        - FORBIDDEN: the filter or the order uses something that the role may not read.
        - BAD_INPUT: the filter contradicts itself, or the page arguments cannot be combined.
        """
        caller = await info.context.principal()
        criteria, order = unset_to_none(interview_filter), unset_to_none(order_by) or InterviewOrder()
        where = _FILTER.build(criteria) if criteria else None
        with _FILTER.naming_fields_as_sent(criteria):
            read_page = partial(
                interviews.list_interviews,
                caller,
                where,
                order.field,
                descending=order.direction is OrderDirection.DESC,
                first=unset_to_none(first),
                after=unset_to_none(after),
                last=unset_to_none(last),
                before=unset_to_none(before),
                stored_fields=stored_fields_to_load(info.context.mentioned_fields),
            )
            page = await info.context.loaders.read_page(read_page)
        count = partial(interviews.count_interviews, caller, where, order.field)
        return Connection.of(page, lambda document: Interview.of(document, caller), count)

    @resolved_field()
    async def changes(self, info: Info, after: AfterChange = UNSET, first: FirstChanges = UNSET) -> ChangeConnection | None:
        """The changes of the organization's interviews, in the order in which the database committed them.

        Without `after`, it begins with the oldest change, 30 days ago. Following the feed from a
        cursor delivers each change exactly once, also if changes are committed late, and if the
        deployment was down in the meantime. To start, request `latestCursor` with `first: 0`, read
        the lists, then follow the feed from that cursor. Roles see the changes of what they may read.

        Roles: ADMIN, RECRUITER, INTEGRATION, VIEWER.

        Errors:
        - CURSOR_EXPIRED: changes after the cursor are no longer available. Read the lists again.
        - BAD_INPUT: `after` is not a cursor of this feed, or `first` is outside 0 to 100.
        """
        caller = await info.context.principal()
        read_page = partial(changes.list_changes, caller, unset_to_none(after), unset_to_none(first))
        page = await info.context.loaders.read_page(read_page)
        return ChangeConnection.of(page, caller)

    @resolved_field()
    async def transcript(
        self, info: Info, interview_id: InterviewId, after: AfterSeq = 0, first: FirstTurns = UNSET
    ) -> Transcript | None:
        """The turns of an interview.

        To follow an interview without missing or repeating a turn, query the transcript, then
        subscribe to turnAdded with its `lastSeq` as `after`.

        Errors:
        - NOT_FOUND: there is no such interview.
        - BAD_INPUT: `after` is negative, or `first` outside 0 to 100.
        """
        caller = await info.context.principal()
        found = await transcripts.get_transcript(
            caller, interview_id, after, unset_to_none(first), info.context.loaders.read_turns
        )
        return Transcript.of(found, caller)

    @resolved_field()
    async def evaluation(self, info: Info, interview_id: InterviewId, version: Version = UNSET) -> Evaluation | None:
        """The version of an interview's evaluation that counts, or the newest one if none is completed yet.

        The first completed version counts until a person adopts another (adoptEvaluation). With
        `version`, that version. Null if there is no such evaluation. Roles: ADMIN, RECRUITER,
        INTEGRATION.

        Errors:
        - NOT_FOUND: there is no such interview.
        """
        caller = await info.context.principal()
        found = await evaluations.get_evaluation(caller, interview_id, unset_to_none(version))
        return Evaluation.of(found) if found else None

    @resolved_field()
    async def compare_evaluations(
        self, info: Info, interview_id: InterviewId, a: VersionA, b: VersionB
    ) -> EvaluationComparison | None:
        """What differs between two completed versions of an interview's evaluation, criterion by criterion.

        Null if the interview does not have both versions. Roles: ADMIN, RECRUITER, INTEGRATION.

        Errors:
        - NOT_FOUND: there is no such interview.
        - CONFLICT: one of the versions is not COMPLETED.
        """
        caller = await info.context.principal()
        found = await evaluation_comparison.compare_evaluations(caller, interview_id, a, b)
        return EvaluationComparison.of(found) if found else None

    @resolved_field()
    async def agreement(
        self,
        info: Info,
        position_key: Annotated[str, strawberry.argument(description="The key of the position.")],
        since: Annotated[
            datetime | None, strawberry.argument(description="Counts ratings given at this time or later. Default: all.")
        ] = UNSET,
        until: Annotated[
            datetime | None,
            strawberry.argument(description="Counts ratings given before this time. Must be later than since. Default: all."),
        ] = UNSET,
    ) -> list[CriterionAgreement] | None:
        """How far reviewers agree with the model, by criterion, from ratings that were given blind only (rateEvaluation).

        The newest 50 versions of the position that have ratings, newest first. Ratings are anonymous
        here, so a reviewer whose own rating is missing may read it too. Roles: ADMIN, RECRUITER.

        Errors:
        - NOT_FOUND: there is no such position.
        - BAD_INPUT: `since` is not before `until`.
        """
        caller = await info.context.principal()
        found = await agreement.get_agreement(caller, position_key, unset_to_none(since), unset_to_none(until))
        return [CriterionAgreement.of(document) for document in found]

    @resolved_field()
    async def compare_candidates(
        self,
        info: Info,
        position_key: Annotated[str, strawberry.argument(description="The key of the position.")],
        position_version: Annotated[int, strawberry.argument(description="The version of the position.")],
        interview_ids: Annotated[
            list[strawberry.ID] | None,
            strawberry.argument(
                description="The interviews to compare, in this order: 1 to 20. Cannot be combined with `filter`."
            ),
        ] = UNSET,
        interview_filter: Annotated[
            InterviewFilter | None,
            strawberry.argument(
                name="filter",
                description="Selects interviews of the position version, without `positionKeys` and `positionVersion`. At most "
                "20 may match. Without `filter` and `interviewIds`, all are compared.",
            ),
        ] = UNSET,
    ) -> CandidateComparison | None:
        """Candidates of one position version side by side. Nobody is ranked.

        Roles: ADMIN, RECRUITER, INTEGRATION.

        Errors:
        - NOT_FOUND: there is no such position version or interview.
        - BAD_INPUT: an interview uses another version of the position, so that its results cannot
          be compared; there are more than 20; or the arguments cannot be combined.
        """
        caller = await info.context.principal()
        criteria = unset_to_none(interview_filter)
        where = _FILTER.build(criteria) if criteria else None
        with _FILTER.naming_fields_as_sent(criteria):
            compared = await candidate_comparison.compare_candidates(
                caller, position_key, position_version, unset_to_none(interview_ids), where
            )
        return CandidateComparison.of(compared, caller)

    @resolved_field()
    async def position(
        self,
        info: Info,
        key: Annotated[str, strawberry.argument(description="The key of the position.")],
        version: Version = UNSET,
    ) -> Position | None:
        """The newest version of a position, or with `version`, that version.

        Roles: ADMIN, RECRUITER, INTEGRATION, VIEWER.

        Errors:
        - NOT_FOUND: there is no such position or version.
        """
        caller = await info.context.principal()
        return Position.of(await positions.get_position(caller, key, unset_to_none(version)), caller)

    @resolved_field()
    async def positions(
        self,
        info: Info,
        include_archived: Annotated[
            bool, strawberry.argument(description="Whether to include archived positions. Default: false.")
        ] = False,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Position]:
        """The newest version of each position of the organization, ordered by title, ignoring case and accents.

        Roles: ADMIN, RECRUITER, INTEGRATION, VIEWER.

        Errors:
        - BAD_INPUT: the page arguments cannot be combined.
        """
        caller = await info.context.principal()
        read_page = partial(
            positions.list_positions,
            caller,
            include_archived=include_archived,
            first=unset_to_none(first),
            after=unset_to_none(after),
            last=unset_to_none(last),
            before=unset_to_none(before),
        )
        page = await info.context.loaders.read_page(read_page)
        count = partial(positions.count_positions, caller, include_archived=include_archived)
        return Connection.of(page, lambda document: Position.of(document, caller), count)

    @resolved_field()
    async def position_versions(
        self,
        info: Info,
        key: Annotated[str, strawberry.argument(description="The key of the position.")],
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Position] | None:
        """All versions of a position, newest first.

        Roles: ADMIN, RECRUITER, INTEGRATION, VIEWER.

        Errors:
        - NOT_FOUND: there is no such position.
        - BAD_INPUT: the page arguments cannot be combined.
        """
        caller = await info.context.principal()
        count = 0

        async def read_page() -> Page[PositionDocument]:
            nonlocal count
            page, count = await positions.list_versions(
                caller,
                key,
                first=unset_to_none(first),
                after=unset_to_none(after),
                last=unset_to_none(last),
                before=unset_to_none(before),
            )
            return page

        page = await info.context.loaders.read_page(read_page)
        return Connection.of(page, lambda document: Position.of(document, caller), count)

    @resolved_field()
    async def check_position(
        self,
        info: Info,
        content: Annotated[
            SavePositionInput,
            strawberry.argument(name="input", description="The content. `basedOnVersion` and `idempotencyKey` have no effect."),
        ],
    ) -> list[PositionWarning] | None:
        """The warnings that savePosition would answer with. Nothing is stored.

        Editors call it while somebody writes. Roles: ADMIN, RECRUITER.

        Errors:
        - BAD_INPUT: savePosition would refuse the content. `field` is the path of the value at fault.
        """
        body = to_dict_without_unset(content)
        caller = await info.context.principal()
        found = await positions.check_position(info.context.services, caller, body)
        return [as_graphql(PositionWarning, warning) for warning in found]

    @resolved_field()
    async def retention_policy(self, info: Info) -> RetentionPolicy | None:
        """How long the organization keeps data of interviews. Roles: ADMIN, RECRUITER, INTEGRATION."""
        return as_graphql(RetentionPolicy, await retention.get_retention_policy(await info.context.principal()))

    @resolved_field()
    async def api_keys(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Connection[ApiKey] | None:
        """The API keys of the organization and of its test environment, newest first, including revoked ones.

        Role: ADMIN.

        Errors:
        - BAD_INPUT: the page arguments cannot be combined.
        """
        caller = await info.context.principal()
        read_page = partial(
            api_keys.list_api_keys, caller, unset_to_none(first), unset_to_none(after), unset_to_none(last), unset_to_none(before)
        )
        page = await info.context.loaders.read_page(read_page)
        return Connection.of(page, ApiKey.of, partial(api_keys.count_api_keys, caller))

    @resolved_field()
    async def members(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Connection[Member] | None:
        """The people of the organization, those who joined first at the beginning.

        Role: ADMIN.

        Errors:
        - BAD_INPUT: the page arguments cannot be combined.
        """
        caller = await info.context.principal()
        read_page = partial(
            members.list_members, caller, unset_to_none(first), unset_to_none(after), unset_to_none(last), unset_to_none(before)
        )
        page = await info.context.loaders.read_page(read_page)
        return Connection.of(page, Member.of, partial(members.count_members, caller))

    @resolved_field()
    async def member_invitations(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Connection[MemberInvitation] | None:
        """The links of members that work (MemberInvitation.isOpen), newest first.

        Role: ADMIN.

        Errors:
        - BAD_INPUT: the page arguments cannot be combined.
        """
        caller = await info.context.principal()
        read_page = partial(
            members.list_member_invitations,
            caller,
            unset_to_none(first),
            unset_to_none(after),
            unset_to_none(last),
            unset_to_none(before),
        )
        page = await info.context.loaders.read_page(read_page)
        return Connection.of(page, MemberInvitation.of, partial(members.count_member_invitations, caller))

    @resolved_field()
    async def webhook_endpoints(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Connection[WebhookEndpoint] | None:
        """The URLs that receive events of the organization, oldest first.

        Role: ADMIN.

        Errors:
        - BAD_INPUT: the page arguments cannot be combined.
        """
        caller = await info.context.principal()
        read_page = partial(
            webhooks.list_endpoints,
            caller,
            unset_to_none(first),
            unset_to_none(after),
            unset_to_none(last),
            unset_to_none(before),
        )
        page = await info.context.loaders.read_page(read_page)
        return Connection.of(page, WebhookEndpoint.of, partial(webhooks.count_endpoints, caller))

    @resolved_field()
    async def webhook_deliveries(
        self,
        info: Info,
        endpoint_id: Annotated[strawberry.ID, strawberry.argument(description="The id of the webhook endpoint.")],
        statuses: Annotated[
            list[WebhookDeliveryStatus] | None, strawberry.argument(description="The states of the deliveries. Default: all.")
        ] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[WebhookDelivery] | None:
        """The deliveries of the last 30 days to an endpoint, newest first.

        Role: ADMIN.

        Errors:
        - NOT_FOUND: there is no such endpoint.
        - BAD_INPUT: the page arguments cannot be combined.
        """
        caller = await info.context.principal()
        selection = webhooks.DeliverySelection(endpoint_id, unset_to_none(statuses))
        read_page = partial(
            webhooks.list_deliveries,
            caller,
            selection,
            unset_to_none(first),
            unset_to_none(after),
            unset_to_none(last),
            unset_to_none(before),
        )
        page = await info.context.loaders.read_page(read_page)
        count = partial(webhooks.count_deliveries, caller, selection)
        return Connection.of(page, lambda document: WebhookDelivery.of(document, caller), count)

    @resolved_field()
    async def audit_log(
        self,
        info: Info,
        log_filter: Annotated[
            AuditLogFilter | None, strawberry.argument(name="filter", description="Selects entries. Default: all.")
        ] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[AuditEntry] | None:
        """Who read or changed what, newest first.

        Every mutation has an entry, and every query, subscription and exported file that read personal
        data. A read appears within a second, and a mutation before its response. Entries are deleted
        after 400 days unless the deployment sets another time, and never changed: those of an erased
        interview stay, because they have ids only. Role: ADMIN.

        Errors:
        - NOT_FOUND: an id in the filter is malformed.
        - BAD_INPUT: the page arguments cannot be combined, or the filter is contradictory.
        """
        caller = await info.context.principal()
        criteria = unset_to_none(log_filter)
        where = _AUDIT_FILTER.build(criteria) if criteria else None
        read_page = partial(
            audit_log.list_audit_log,
            info.context.services,
            caller,
            where,
            first=unset_to_none(first),
            after=unset_to_none(after),
            last=unset_to_none(last),
            before=unset_to_none(before),
        )
        page = await info.context.loaders.read_page(read_page)
        return Connection.of(page, AuditEntry.of, partial(audit_log.count_audit_log, caller, where))

    @resolved_field()
    async def organization_usage(
        self,
        info: Info,
        days: Annotated[
            int, strawberry.argument(description="The number of days to return, today included: 1 to 90, default 30.")
        ] = 30,
    ) -> OrganizationUsage | None:
        """What the organization has used, by day, and its daily budgets. Roles: ADMIN, RECRUITER.

        Errors:
        - BAD_INPUT: days is out of range.
        """
        caller = await info.context.principal()
        return OrganizationUsage.of(await organization_usage.get_organization_usage(info.context.services, caller, days))

    @resolved_field()
    async def decision_records(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Connection[DecisionRecord] | None:
        """What erased interviews led to, by month, newest first (RetentionPolicy.keepDecisionRecord).

        Role: ADMIN.

        Errors:
        - BAD_INPUT: the page arguments cannot be combined.
        """
        caller = await info.context.principal()
        read_page = partial(
            retention.list_decision_records,
            caller,
            unset_to_none(first),
            unset_to_none(after),
            unset_to_none(last),
            unset_to_none(before),
        )
        page = await info.context.loaders.read_page(read_page)
        count = partial(retention.count_decision_records, caller)
        return Connection.of(page, lambda document: as_graphql(DecisionRecord, document), count)

    @resolved_field()
    async def impact_analysis(
        self,
        info: Info,
        position_key: Annotated[str, strawberry.argument(description="The key of the position.")],
        since: Annotated[datetime, strawberry.argument(description="Includes interviews created at or after this time.")],
        until: Annotated[datetime, strawberry.argument(description="Includes interviews created before this time.")],
        attribute: Annotated[DemographicAttribute, strawberry.argument(description="The attribute to compare by.")],
    ) -> ImpactAnalysis | None:
        """Scoring and selection rates of a position's completed interviews by demographic category, with impact ratios.

        Role: ADMIN.

        Errors:
        - BAD_INPUT: the period is empty, or has more than 20,000 interviews.
        """
        caller = await info.context.principal()
        analysis = await demographics.get_impact_analysis(caller, position_key, since, until, attribute)
        return ImpactAnalysis.of(analysis, position_key, since, until, attribute)
