"""Moves the records of merged entries to those in use, one merge after the other."""

from functools import partial
from zoneinfo import ZoneInfo

from libs.host.component import Job
from libs.sealing import PersonSealer
from services.identity.commands.follow_merge import follow_next_merge, next_merge


def follow_merges_job(sealer: PersonSealer, zone: ZoneInfo) -> Job:
    """`zone` decides when a relationship's first day begins."""
    return Job("follow_merges", partial(follow_next_merge, sealer=sealer, zone=zone), next_merge)
