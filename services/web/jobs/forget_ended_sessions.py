"""Sessions that are over are forgotten, once an hour."""

from libs.host.component import Job
from services.web.storage.sessions import forget_ended

JOB = Job("forget_ended_sessions", forget_ended, every_seconds=3600)
