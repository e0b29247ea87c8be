"""Pages of federated votes: votes that several co-ops take together."""
