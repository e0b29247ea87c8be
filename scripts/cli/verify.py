"""`kith verify BUNDLE`: check the result of a federated vote offline.

The verifier stands alone, in scripts/verifier, so that it can be read and run without the rest; this hands the words on to it.
"""

import typer

from scripts.verifier.__main__ import main

# Its own parser explains the options and refuses wrong ones with the exit code of docs/formats/bundle.md.
_WORDS_AS_THEY_ARE = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}

verify_app = typer.Typer(add_completion=False, rich_markup_mode=None)


@verify_app.command(name="verify", context_settings=_WORDS_AS_THEY_ARE)
def verify_command(context: typer.Context) -> None:
    """Check the bundle of a federated vote, without a running co-op."""
    try:
        code = main(context.args, name="kith verify")
    except SystemExit as asked_for_help:
        code = int(asked_for_help.code or 0)
    raise typer.Exit(code)
