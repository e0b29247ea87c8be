"""All verbs of `kith vote`, in the order of its help."""

from scripts.cli import vote_ballot_commands, vote_dispute, vote_export_commands, vote_paper_ballots
from scripts.cli.vote import vote_app

__all__ = ["vote_app", "vote_ballot_commands", "vote_dispute", "vote_export_commands", "vote_paper_ballots"]
