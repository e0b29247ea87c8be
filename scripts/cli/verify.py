"""`kith verify BUNDLE [BUNDLE...]`: check the result of a federated vote offline.

The verifier in scripts/verifier is independent, so that it can be read and run by itself; this module only passes the arguments on.
"""

import typer

from scripts.cli.actions import CommandGroup

# Its own parser explains the options and refuses wrong ones with the exit code of docs/formats/bundle.md.
_PASS_ARGUMENTS_THROUGH = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}

verify_app = CommandGroup()


@verify_app.command(name="verify", context_settings=_PASS_ARGUMENTS_THROUGH)
def verify_command(context: typer.Context) -> None:
    """Check the bundle of a federated vote, or those of several co-ops together, without a running co-op."""
    from scripts.verifier.__main__ import main

    try:
        code = main(context.args, name="kith verify")
    except SystemExit as parser_exit:
        code = int(parser_exit.code or 0)
    raise typer.Exit(code)
