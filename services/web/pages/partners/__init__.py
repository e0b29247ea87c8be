"""Partners of the co-op: who speaks for them, referrals in and out, and agreements on space and time."""
