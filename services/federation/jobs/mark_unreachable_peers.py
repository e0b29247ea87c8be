"""Every minute: marks peers that were not heard for a day."""

from libs.host.component import Job
from services.federation.commands.mark_unreachable_peers import mark_unreachable_peers

JOB = Job("peers_silent", mark_unreachable_peers, every_seconds=60.0)
