from typing import Optional

from .base_model import BaseModel


class SendMessage(BaseModel):
    send_message: Optional["SendMessageSendMessage"]


class SendMessageSendMessage(BaseModel):
    turn: "SendMessageSendMessageTurn"


class SendMessageSendMessageTurn(BaseModel):
    seq: int


SendMessage.model_rebuild()
SendMessageSendMessage.model_rebuild()
