"""Job that confirms entries whose person agreed beforehand that they confirm themselves after some days."""

from libs.host.component import Job
from services.scheduling.commands.confirm_by_timer import confirm_by_timer
from services.scheduling.storage import visit_records

JOB = Job("confirm_by_timer", confirm_by_timer, due=visit_records.next_due)
