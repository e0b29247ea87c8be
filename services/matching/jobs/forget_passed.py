"""Job that forgets what is of no use any more: old showings and ranks, call-outs whose last day is over, and old asks."""

from functools import partial
from zoneinfo import ZoneInfo

from libs.host.component import Job
from services.matching.commands.forget_passed import forget_passed


def job(zone: ZoneInfo) -> Job:
    return Job("forget_passed", partial(forget_passed, zone=zone), every_seconds=3600)
