"""Job that settles covers: each visit has somebody, is called off, or has begun."""

from libs.host.component import Job
from services.scheduling.commands.settle_covers import settle_covers
from services.scheduling.storage import covers

JOB = Job("settle_covers", settle_covers, due=covers.next_covered)
