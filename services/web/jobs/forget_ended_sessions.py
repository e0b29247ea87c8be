"""Deletes ended sessions, once an hour."""

from libs.host.component import Job
from services.web.storage.sessions import delete_ended_sessions

JOB = Job("forget_ended_sessions", delete_ended_sessions, every_seconds=3600)
