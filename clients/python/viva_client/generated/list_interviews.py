from .base_model import BaseModel
from .fragments import InterviewPage


class ListInterviews(BaseModel):
    interviews: "ListInterviewsInterviews"


ListInterviewsInterviews = InterviewPage
ListInterviews.model_rebuild()
