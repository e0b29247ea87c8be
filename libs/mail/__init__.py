"""Sends mail over SMTP, and puts what goes wrong into a few reasons."""
