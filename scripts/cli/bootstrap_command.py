"""`kith found`: bootstraps a co-op whose services run in their own processes. `kith up` does so by itself."""

from scripts.cli.actions import DEFAULT_FOLDER, FolderArgument, run
from scripts.cli.console import CommandError, ExitCode, print_result
from scripts.cli.lazy_imports import lazy_imports

with lazy_imports():
    from libs.host import founded_folder
    from scripts.cli import bootstrap, containers, lock_owner
    from services.topology import SERVICE_NAMES


def bootstrap_command(folder: FolderArgument = DEFAULT_FOLDER) -> int:
    """Register the first member, adopt the rulebook, and print the link to sign in with. Once, when the containers run."""
    instance, co_op = lock_owner.load_co_op(folder)
    if not instance.folder.founding.exists():
        raise CommandError(f"{co_op.name} has been founded already.", "Its founding.toml is used up.", "Sign in.", ExitCode.CONFLICT)
    link = run(bootstrap.bootstrap(instance))
    if (anchored := instance.folder.path / containers.ANCHOR_FOLDER).is_dir():
        founded_folder.FoundedDatabases(anchored / instance.folder.founded.name).record(SERVICE_NAMES)
    print_result(f"Welcome. Open this once, within a day, to sign in as the first member:\n\n    {link}\n")
    return ExitCode.OK
