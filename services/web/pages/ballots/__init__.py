"""Ballot pages, the same for everything people vote on; a carrier says what is voted on."""
