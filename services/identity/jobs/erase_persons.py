"""Erases the persons for whom it was decided, one after the other."""

from libs.host.component import Job
from services.identity.commands.carry_out_erasures import carry_out_next_erasure, next_erasure

# Named in the policy of row-level security of stored answers.
JOB = Job("erase_persons", carry_out_next_erasure, next_erasure)
