"""Deletes notices that were done with three months ago, once an hour."""

from libs.host.component import Job
from services.web.storage.notices import delete_old

JOB = Job("forget_old_notices", delete_old, every_seconds=3600)
