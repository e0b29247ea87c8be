"""Job that ends introductions when their time is over."""

from libs.host.component import Job
from services.matching.commands.end_introductions import end_introductions
from services.matching.storage import introductions

JOB = Job("end_introductions", end_introductions, due=introductions.next_end)
