from collections.abc import AsyncIterator
from typing import Any, Optional, Union

from .base_client import BaseClient
from .base_model import UNSET, UnsetType
from .cancel_interview import CancelInterview, CancelInterviewCancelInterview
from .changed import Changed, ChangedChanged
from .end_interview import EndInterview, EndInterviewEndInterview
from .evaluate_interview import EvaluateInterview, EvaluateInterviewEvaluateInterview
from .get_evaluation import GetEvaluation, GetEvaluationEvaluation
from .get_interview import GetInterview, GetInterviewInterview
from .input_types import (
    CancelInterviewInput,
    EndInterviewInput,
    EvaluateInterviewInput,
    InterviewFilter,
    InterviewOrder,
    RenewInviteInput,
    ScheduleInterviewInput,
    SendMessageInput,
    StartInterviewInput,
)
from .list_changes import ListChanges, ListChangesChanges
from .list_interviews import ListInterviews, ListInterviewsInterviews
from .list_positions import ListPositions, ListPositionsPositions
from .operations import (
    CANCEL_INTERVIEW_GQL,
    CHANGED_GQL,
    END_INTERVIEW_GQL,
    EVALUATE_INTERVIEW_GQL,
    GET_EVALUATION_GQL,
    GET_INTERVIEW_GQL,
    LIST_CHANGES_GQL,
    LIST_INTERVIEWS_GQL,
    LIST_POSITIONS_GQL,
    RENEW_INVITE_GQL,
    SCHEDULE_INTERVIEW_GQL,
    SEND_MESSAGE_GQL,
    START_INTERVIEW_GQL,
    TURN_ADDED_GQL,
)
from .renew_invite import RenewInvite, RenewInviteRenewInvite
from .schedule_interview import ScheduleInterview, ScheduleInterviewScheduleInterview
from .send_message import SendMessage, SendMessageSendMessage
from .start_interview import StartInterview, StartInterviewStartInterview
from .turn_added import TurnAdded, TurnAddedTurnAdded


def gql(q: str) -> str:
    return q


class GeneratedClient(BaseClient):
    async def start_interview(
        self, input: StartInterviewInput, **kwargs: Any
    ) -> Optional[StartInterviewStartInterview]:
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=START_INTERVIEW_GQL,
            operation_name="StartInterview",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return StartInterview.model_validate(data).start_interview

    async def schedule_interview(
        self, input: ScheduleInterviewInput, **kwargs: Any
    ) -> Optional[ScheduleInterviewScheduleInterview]:
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=SCHEDULE_INTERVIEW_GQL,
            operation_name="ScheduleInterview",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return ScheduleInterview.model_validate(data).schedule_interview

    async def renew_invite(
        self, input: RenewInviteInput, **kwargs: Any
    ) -> Optional[RenewInviteRenewInvite]:
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=RENEW_INVITE_GQL,
            operation_name="RenewInvite",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return RenewInvite.model_validate(data).renew_invite

    async def send_message(
        self, input: SendMessageInput, **kwargs: Any
    ) -> Optional[SendMessageSendMessage]:
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=SEND_MESSAGE_GQL,
            operation_name="SendMessage",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return SendMessage.model_validate(data).send_message

    async def end_interview(
        self, input: EndInterviewInput, **kwargs: Any
    ) -> Optional[EndInterviewEndInterview]:
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=END_INTERVIEW_GQL,
            operation_name="EndInterview",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return EndInterview.model_validate(data).end_interview

    async def cancel_interview(
        self, input: CancelInterviewInput, **kwargs: Any
    ) -> Optional[CancelInterviewCancelInterview]:
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=CANCEL_INTERVIEW_GQL,
            operation_name="CancelInterview",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return CancelInterview.model_validate(data).cancel_interview

    async def evaluate_interview(
        self, input: EvaluateInterviewInput, **kwargs: Any
    ) -> Optional[EvaluateInterviewEvaluateInterview]:
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=EVALUATE_INTERVIEW_GQL,
            operation_name="EvaluateInterview",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return EvaluateInterview.model_validate(data).evaluate_interview

    async def get_interview(
        self, id: str, **kwargs: Any
    ) -> Optional[GetInterviewInterview]:
        variables: dict[str, object] = {"id": id}
        response = await self.execute(
            query=GET_INTERVIEW_GQL,
            operation_name="GetInterview",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return GetInterview.model_validate(data).interview

    async def get_evaluation(
        self,
        interview_id: str,
        version: Union[Optional[int], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> Optional[GetEvaluationEvaluation]:
        variables: dict[str, object] = {"interviewId": interview_id, "version": version}
        response = await self.execute(
            query=GET_EVALUATION_GQL,
            operation_name="GetEvaluation",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return GetEvaluation.model_validate(data).evaluation

    async def list_interviews(
        self,
        filter_: Union[Optional[InterviewFilter], UnsetType] = UNSET,
        order_by: Union[Optional[InterviewOrder], UnsetType] = UNSET,
        first: Union[Optional[int], UnsetType] = UNSET,
        after: Union[Optional[str], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> ListInterviewsInterviews:
        variables: dict[str, object] = {
            "filter": filter_,
            "orderBy": order_by,
            "first": first,
            "after": after,
        }
        response = await self.execute(
            query=LIST_INTERVIEWS_GQL,
            operation_name="ListInterviews",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return ListInterviews.model_validate(data).interviews

    async def list_positions(
        self,
        first: Union[Optional[int], UnsetType] = UNSET,
        after: Union[Optional[str], UnsetType] = UNSET,
        include_archived: Union[Optional[bool], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> ListPositionsPositions:
        variables: dict[str, object] = {
            "first": first,
            "after": after,
            "includeArchived": include_archived,
        }
        response = await self.execute(
            query=LIST_POSITIONS_GQL,
            operation_name="ListPositions",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return ListPositions.model_validate(data).positions

    async def list_changes(
        self,
        after: Union[Optional[str], UnsetType] = UNSET,
        first: Union[Optional[int], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> Optional[ListChangesChanges]:
        variables: dict[str, object] = {"after": after, "first": first}
        response = await self.execute(
            query=LIST_CHANGES_GQL,
            operation_name="ListChanges",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return ListChanges.model_validate(data).changes

    async def turn_added(
        self, interview_id: str, after: int, **kwargs: Any
    ) -> AsyncIterator[TurnAddedTurnAdded]:
        variables: dict[str, object] = {"interviewId": interview_id, "after": after}
        async for data in self.execute_ws(
            query=TURN_ADDED_GQL,
            operation_name="TurnAdded",
            variables=variables,
            **kwargs,
        ):
            yield TurnAdded.model_validate(data).turn_added

    async def changed(
        self, after: Union[Optional[str], UnsetType] = UNSET, **kwargs: Any
    ) -> AsyncIterator[Optional[ChangedChanged]]:
        variables: dict[str, object] = {"after": after}
        async for data in self.execute_ws(
            query=CHANGED_GQL, operation_name="Changed", variables=variables, **kwargs
        ):
            yield Changed.model_validate(data).changed
