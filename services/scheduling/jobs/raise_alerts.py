"""Job that finds visits which should have begun."""

from libs.host.component import Job
from services.scheduling.commands.raise_alerts import next_alert, raise_alerts

# Nothing that is planned now is late within the minute after which it looks anyway.
JOB = Job("raise_alerts", raise_alerts, due=next_alert, woken_by=())
