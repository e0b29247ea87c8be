"""Pages of drafts of a week: to have one made, to see what it would change, to answer, and to publish what all agreed to."""
