"""Folds the keys that people are recognised by anew, at every start and once a day.

Folding changes with Kith, with the tables of phone numbers, and with the co-op's country.
"""

from libs.database.engine import UnitOfWork
from libs.host.component import Job
from services.identity.commands.refold_identity_keys import refold_identity_keys


def refold_identity_keys_job(country: str) -> Job:
    """`country` is the co-op's, as in `PersonDetails`."""

    async def run(work: UnitOfWork) -> int:
        return await refold_identity_keys(work, country)

    return Job("refold_identity_keys", run, every_seconds=86_400)
