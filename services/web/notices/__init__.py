"""Notices: what persons are told outside the pages, by mail, text message, letter or a helper."""
