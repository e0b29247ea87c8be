"""The words after `kith`, in the order of the help.

A new one is a line here and a file beside this one; the file is loaded when its word is used.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Noun:
    """A word after `kith`: where its typer app or function lives, `module:name`, and its line in the help."""

    target: str
    summary: str


NOUNS = {
    "init": Noun("scripts.cli.init:init_command", "make the data folder of a new co-op"),
    "up": Noun("scripts.cli.up:up_command", "start a co-op and stay with it"),
    "rulebook": Noun("scripts.cli.rulebook:rulebook_app", "check a rulebook, or say it in words"),
    "count": Noun("scripts.cli.count:count_command", "count votes by a stated rule, without a running co-op"),
}
