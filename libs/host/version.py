"""The version of this Kith."""

from importlib.metadata import version

VERSION = version("kith")
