"""Deletes forms that were kept long enough, once an hour."""

from libs.host.component import Job
from services.web.storage.kept_forms import delete_old_forms

JOB = Job("forget_kept_forms", delete_old_forms, every_seconds=3600)
