"""The audit log of the API: which operations make an entry, and what the entry says.

Every mutation makes one. A query or subscription makes one if it reads personal data, which the selection decides: fields with a
permission for personal data, and fields of the types that hold them.
"""

from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, fields, is_dataclass
from inspect import isasyncgen
from typing import Any, TypeVar, cast

import strawberry
from bson import ObjectId
from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLResolveInfo,
    InlineFragmentNode,
    SelectionSetNode,
    get_named_type,
)
from pymongo.errors import PyMongoError
from strawberry import UNSET
from strawberry.extensions import FieldExtension
from strawberry.extensions.field_extension import AsyncExtensionResolver
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import get_object_definition
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from auth import Action, has_permission
from engine.errors import find_error_code
from engine.shared_subscriptions import open_in_time
from errors import ErrorCode
from lifecycle.security_log import CredentialKind
from models.documents.audit_entry import AuditKind, PersonalData
from resolvers.audit_log import DONE, INTERRUPTED, Actor, describe_actor, find_invited_actor
from resolvers.ids import IdKind, encode_id, parse_id
from schema.context import GraphQLContext
from schema.decorators import PermissionGuard
from schema.types.change import ChangeConnection
from schema.types.connection import Connection
from schema.types.node import Node

T = TypeVar("T")

MAX_IDS = 50
"""Ids of one entry. Operations take fewer."""

DATA_BY_ACTION = {
    Action.READ_CANDIDATE: PersonalData.CANDIDATE,
    Action.READ_EMAIL: PersonalData.EMAIL,
    Action.READ_EVALUATION: PersonalData.EVALUATION,
    Action.RENEW_INVITE: PersonalData.INVITE,
    Action.READ_RAW_JUDGEMENT: PersonalData.RAW_JUDGEMENT,
    Action.READ_RECORDING: PersonalData.RECORDING,
    Action.READ_REQUESTS: PersonalData.REQUESTS,
    Action.READ_LEGAL_HOLD: PersonalData.LEGAL_HOLD,
}
"""The data that fields with this permission return."""

DATA_BY_TYPE = {
    "Accommodations": PersonalData.REQUESTS,
    "AuditEntry": PersonalData.AUDIT_LOG,
    "Candidate": PersonalData.CANDIDATE,
    "CandidateComparison": PersonalData.EVALUATION,
    "CandidateImportRow": PersonalData.CANDIDATE,
    "CandidateQuestion": PersonalData.TRANSCRIPT,
    "CandidateRequest": PersonalData.REQUESTS,
    "DecisionRecord": PersonalData.DECISION_RECORDS,
    "Evaluation": PersonalData.EVALUATION,
    "EvaluationComparison": PersonalData.EVALUATION,
    "ImpactAnalysis": PersonalData.DEMOGRAPHICS,
    "InterimTranscript": PersonalData.TRANSCRIPT,
    "Invite": PersonalData.INVITE,
    "LegalHold": PersonalData.LEGAL_HOLD,
    "Note": PersonalData.EVALUATION,
    "RawJudgement": PersonalData.RAW_JUDGEMENT,
    "Recording": PersonalData.RECORDING,
    "Transcript": PersonalData.TRANSCRIPT,
    "Turn": PersonalData.TRANSCRIPT,
    "TurnCorrection": PersonalData.TRANSCRIPT,
}
"""The data that every field of a type returns."""

DATA_BY_FIELD = {
    "Invitation.candidateName": PersonalData.CANDIDATE,
}
"""The data that other fields return."""

_INVITE_ARGUMENTS = ("invite", "token")
"""Names of arguments that are an invite, and so the credential."""
_WITH_OTHER_TOKEN = ("acceptMemberInvitation", "memberLink")
"""Fields whose token is none of a candidate."""

SelectedData = frozenset[tuple[PersonalData, Action | None]]
"""Personal data in a selection, with the permission that is needed to read them; None if the root field checks it."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What an operation reads or changes."""

    kind: AuditKind
    action: str
    data: SelectedData
    object_ids: tuple[str, ...]
    filters: tuple[str, ...]
    invite: str | None
    """The invite that is the credential, if it is an argument."""

    @property
    def is_recorded(self) -> bool:
        """Whether the operation makes an entry."""
        return self.kind is AuditKind.CHANGE or bool(self.data or self.filters)


def audited(kind: AuditKind) -> Callable[[type[T]], type[T]]:
    """Record the operations of a root type: of each of its fields, so that none can be left out."""

    def decorate(root_type: type[T]) -> type[T]:
        for field in get_object_definition(root_type, strict=True).fields:
            field.extensions = [*field.extensions, AuditExtension(kind)]
        return root_type

    return decorate


class AuditExtension(FieldExtension):
    """Records the operations of one root field."""

    def __init__(self, kind: AuditKind) -> None:
        self._kind = kind

    async def resolve_async(
        self, next_: AsyncExtensionResolver, source: Any, info: strawberry.Info[GraphQLContext, None], **kwargs: Any
    ) -> Any:
        """Return the field's value once a change is recorded; the entry of a read is stored within a second."""
        context = info.context
        subject = _describe_subject(self._kind, info, kwargs)
        # before the operation: if MongoDB does not respond, the caller waits for one timeout only
        invited = await find_invited_actor(context.services, subject.invite) if subject.invite is not None else None
        if subject.invite is not None and invited is None:
            context.services.security_log.record_refusal(CredentialKind.INVITE, context.address)
        result: Any = next_(source, info, **kwargs)
        if isasyncgen(result):
            return _record_stream(context, subject, open_in_time(context, cast(AsyncGenerator[Any, None], result)))
        try:
            value = await result
        except BaseException as error:
            record(context, subject, _find_outcome(error), invited=invited)
            # without MongoDB, a caller would wait for one more timeout
            if self._kind is AuditKind.CHANGE and isinstance(error, Exception) and not isinstance(error, PyMongoError):
                await context.services.audit_log.flush()
            raise
        record(context, subject, DONE, value, invited)
        if self._kind is AuditKind.CHANGE:
            await context.services.audit_log.flush()
        return value


async def _record_stream(
    context: GraphQLContext, subject: Subject, events: AsyncGenerator[Any, None]
) -> AsyncGenerator[Any, None]:
    """Yield the events, and record that the stream was opened or refused."""
    context.subject = subject
    is_recorded = False
    async with aclosing(events):
        try:
            async for event in events:
                if not is_recorded:
                    is_recorded = True
                    record(context, subject, DONE)
                yield event
        except Exception as error:
            if not is_recorded:
                is_recorded = True
                record(context, subject, _find_outcome(error))
            raise
        finally:
            if not is_recorded:
                record(context, subject, DONE)


def record(context: GraphQLContext, subject: Subject, outcome: str, value: object = None, invited: Actor | None = None) -> None:
    """Add the entry of an operation, and another one for the data in its selection that the caller may not read.

    `invited` is the candidate whose invite is the credential. Operations of unknown callers make no entry: their credentials are
    in the security log. Raises Unavailable.
    """
    if not subject.is_recorded:
        return
    principal = context.known_caller
    actor = invited or (describe_actor(principal) if principal else None)
    if actor is None:
        return
    object_ids, interview_id = _find_objects(subject, value)
    common = {
        "organization_id": actor.organization_id,
        "kind": subject.kind,
        "action": subject.action,
        "actor": actor.document,
        "object_ids": object_ids,
        "interview_id": interview_id or actor.document.interview_id,
        "filters": list(subject.filters),
        "rows": len(value.items) if isinstance(value, Connection | ChangeConnection) else None,
        "address": context.address,
        "request_id": context.request_id,
    }
    refused = {
        data for data, action in subject.data if action and actor.principal and not has_permission(actor.principal, action)
    }
    permitted = {data for data, _ in subject.data} - refused
    is_done = outcome == DONE
    context.services.audit_log.add(**common, data=sorted(permitted if is_done else permitted | refused), outcome=outcome)
    for created_id in getattr(value, "created_interview_ids", ()):
        # each interview's own history has to say who made it
        created = {"object_ids": [encode_id(IdKind.INTERVIEW, created_id)], "interview_id": created_id}
        context.services.audit_log.add(**{**common, **created}, data=[], outcome=outcome)
    if is_done and refused:
        context.services.audit_log.add(**common, data=sorted(refused), outcome=ErrorCode.FORBIDDEN)


def _find_outcome(error: BaseException) -> str:
    # a mutation that was cancelled may have changed something already
    return find_error_code(error) if isinstance(error, Exception) else INTERRUPTED


def _find_objects(subject: Subject, value: object) -> tuple[list[str], ObjectId | None]:
    """Return the ids of the objects, and the id of the interview that they belong to."""
    ids = list(subject.object_ids)
    interview_ids = []
    for each in _list_nodes(value):
        ids.append(str(each.id))
        interview_ids.append(getattr(each, "interview_id", None))
    interview_ids += [each for each in ids if each.startswith(IdKind.INTERVIEW)]
    found = next((each for each in interview_ids if each is not None), None)
    parsed = parse_id(found) if isinstance(found, str) else None
    return list(dict.fromkeys(ids))[:MAX_IDS], parsed[1] if parsed else found if isinstance(found, ObjectId) else None


def _list_nodes(value: object) -> Iterator[Any]:
    """Yield the nodes that a root field returned: itself, or those in a payload."""
    if isinstance(value, Node):
        yield value
    elif is_dataclass(value) and not isinstance(value, Connection):
        for field in fields(value):
            member = getattr(value, field.name)
            if isinstance(member, Node):
                yield member


# --- what was requested


def _describe_subject(kind: AuditKind, info: strawberry.Info[GraphQLContext, None], arguments: Mapping[str, Any]) -> Subject:
    raw = info._raw_info  # Strawberry's own view of selections leaves out the types (docs/pinned.md)
    values = list(_list_arguments(arguments))
    ids = (each for name, value in values if name.endswith(("_id", "_ids")) for each in _list_ids(value))
    names = () if raw.field_name in _WITH_OTHER_TOKEN else _INVITE_ARGUMENTS
    invites = (value for name, value in values if name in names and isinstance(value, str))
    return Subject(
        kind=kind,
        action=raw.field_name,
        data=_find_selected_data(info.context, raw),
        object_ids=tuple(dict.fromkeys(ids)),
        filters=() if kind is AuditKind.CHANGE else tuple(_list_filters(arguments)),
        invite=next(invites, None),
    )


def _list_arguments(arguments: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the arguments, and the fields of those that are inputs."""
    for name, value in arguments.items():
        if is_dataclass(value):
            yield from ((field.name, getattr(value, field.name)) for field in fields(value))
        else:
            yield name, value


def _list_ids(value: object) -> Iterable[str]:
    # texts that are no ids could be anybody's words
    candidates = value if isinstance(value, list) else [value]
    return (each for each in candidates if isinstance(each, str) and parse_id(each))


def _list_filters(arguments: Mapping[str, Any]) -> Iterator[str]:
    for name, value in arguments.items():
        if name.endswith("filter") and is_dataclass(value):
            yield from (to_camel_case(field.name) for field in fields(value) if getattr(value, field.name) not in (UNSET, None))


def _find_selected_data(context: GraphQLContext, info: GraphQLResolveInfo[GraphQLContext]) -> SelectedData:
    """Return the personal data that the field's selection has. Operations of the same document share the result."""
    key = tuple(id(node) for node in info.field_nodes)
    found: SelectedData | None = context.document_facts.get(key)
    if found is None:
        field = info.parent_type.fields[info.field_name]
        found = frozenset(_iterate_field_data(info, f"{info.parent_type.name}.{info.field_name}", field, info.field_nodes, None))
        context.document_facts[key] = found
    return found


def _iterate_field_data(
    info: GraphQLResolveInfo[GraphQLContext],
    coordinate: str,
    field: GraphQLField,
    nodes: Collection[FieldNode],
    inherited: Action | None,
) -> Iterator[tuple[PersonalData, Action | None]]:
    guard = find_guard(field) or inherited
    own = guard if guard is not inherited else None
    kind = get_named_type(field.type)
    for data in (DATA_BY_ACTION.get(own) if own else None, DATA_BY_TYPE.get(kind.name), DATA_BY_FIELD.get(coordinate)):
        if data is not None:
            yield data, guard
    for node in nodes:
        if node.selection_set is not None:
            yield from _iterate_data(info, node.selection_set, kind, guard)


def _iterate_data(
    info: GraphQLResolveInfo[GraphQLContext], selected: SelectionSetNode, kind: GraphQLNamedType, guard: Action | None
) -> Iterator[tuple[PersonalData, Action | None]]:
    for selection in selected.selections:
        match selection:
            case FieldNode(name=name):
                field = getattr(kind, "fields", {}).get(name.value)
                if field is not None:
                    yield from _iterate_field_data(info, f"{kind.name}.{name.value}", field, [selection], guard)
            case FragmentSpreadNode(name=name):
                fragment = info.fragments[name.value]
                condition = info.schema.type_map[fragment.type_condition.name.value]
                yield from _iterate_fragment(info, fragment.selection_set, condition, guard)
            case InlineFragmentNode(type_condition=condition_node, selection_set=below):
                condition = info.schema.type_map[condition_node.name.value] if condition_node else kind
                yield from _iterate_fragment(info, below, condition, guard)


def _iterate_fragment(
    info: GraphQLResolveInfo[GraphQLContext], selected: SelectionSetNode, condition: GraphQLNamedType, guard: Action | None
) -> Iterator[tuple[PersonalData, Action | None]]:
    data = DATA_BY_TYPE.get(condition.name)
    if data is not None:
        yield data, guard
    yield from _iterate_data(info, selected, condition, guard)


def find_guard(field: GraphQLField) -> Action | None:
    """Return the permission that a field needs besides that of its object."""
    definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    extensions = definition.extensions if isinstance(definition, StrawberryField) else []
    return next((each.action for each in extensions if isinstance(each, PermissionGuard)), None)
