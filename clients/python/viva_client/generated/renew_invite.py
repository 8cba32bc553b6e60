from typing import Optional

from .base_model import BaseModel
from .fragments import InterviewState, InviteLink


class RenewInvite(BaseModel):
    renew_invite: Optional["RenewInviteRenewInvite"]


class RenewInviteRenewInvite(BaseModel):
    interview: "RenewInviteRenewInviteInterview"
    invite: "RenewInviteRenewInviteInvite"


RenewInviteRenewInviteInterview = InterviewState
RenewInviteRenewInviteInvite = InviteLink
RenewInvite.model_rebuild()
RenewInviteRenewInvite.model_rebuild()
