"""Job that asks both to look back on a concern when its day has come, and tells both once where a step takes longer."""

from libs.host.component import Job
from services.matching.commands.follow_concerns import follow_concerns
from services.matching.storage import concerns

JOB = Job("follow_concerns", follow_concerns, due=concerns.next_due)
