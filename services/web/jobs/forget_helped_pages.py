"""Deletes, once a day, on which pages somebody helped more than a year ago."""

from libs.host.component import Job
from services.web.storage import helped_pages

JOB = Job("forget_helped_pages", helped_pages.delete_old, every_seconds=86_400)
