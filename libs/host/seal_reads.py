"""The job of every service that records reads: it seals them in the hash chain of its read audit (`libs/access/audit_sealing.py`)."""

from functools import partial

from libs.access.audit_sealing import PublishHead, next_sealing, seal_reads
from libs.database import wakeups
from libs.host.component import Job


def seal_reads_job(publish: PublishHead) -> Job:
    """`publish` publishes the service's own event of a head."""
    return Job("seal_reads", partial(seal_reads, publish=publish), next_sealing, (wakeups.READS,))
