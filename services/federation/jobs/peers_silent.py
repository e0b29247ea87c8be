"""Every minute: who has not been heard for a day?"""

from libs.host.component import Job
from services.federation.commands.note_silence import note_silence

JOB = Job("peers_silent", note_silence, every_seconds=60.0)
