"""Which Kith this is."""

from importlib.metadata import version

VERSION = version("kith")
