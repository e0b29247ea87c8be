"""Cleans a file in a process of its own, which has little memory and little time: what a decoder does to itself ends with the process.

    python -m libs.files.clean_process image/jpeg image/png < file

writes a line of JSON, and behind it the new file.
"""

import asyncio
import json
import resource
import sys
from collections.abc import Collection
from pathlib import Path

from libs.files.cleaning import CleanFile, clean
from libs.files.kinds import LARGEST_FILE, FileKind
from libs.refusals import FieldProblem, Invalid, Unavailable, invalid

_ROOT = Path(__file__).resolve().parents[2]
"""Of the import path."""
_MEMORY_BYTES = 1536 * 1024 * 1024
_CPU_SECONDS = 20
_WAIT_SECONDS = 40.0
_AT_ONCE = asyncio.Semaphore(1)
"""A picture takes up to a few hundred megabytes for about a second."""
_QUEUED_SECONDS = 20.0


async def clean_apart(content: bytes, accepted: Collection[FileKind]) -> CleanFile:
    """As `clean`. Raises the same, and Unavailable FILE_CHECK_BUSY when too many files wait."""
    if len(content) > LARGEST_FILE:
        raise invalid("file", "FILE_TOO_BIG", at_most=str(LARGEST_FILE))
    try:
        await asyncio.wait_for(_AT_ONCE.acquire(), _QUEUED_SECONDS)
    except TimeoutError as error:
        raise Unavailable("FILE_CHECK_BUSY") from error
    try:
        output = await _run(content, sorted(kind.value for kind in accepted))
    finally:
        _AT_ONCE.release()
    head, found, new = output.partition(b"\n")
    if not found:
        # It was ended, or ended itself: for its memory, for its time, or because a decoder fell over.
        raise invalid("file", "FILE_BROKEN")
    verdict = json.loads(head)
    if "refused" in verdict:
        raise Invalid(verdict["refused"], FieldProblem("file", verdict["refused"]), **verdict["details"])
    return CleanFile(FileKind(verdict["kind"]), new)


async def _run(content: bytes, accepted: Collection[str]) -> bytes:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "libs.files.clean_process",
        *accepted,
        cwd=_ROOT,
        # None of our settings and secrets.
        env={},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(content), _WAIT_SECONDS)
    except (TimeoutError, ConnectionError):
        output = b""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return output if process.returncode == 0 else b""


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        result = clean(sys.stdin.buffer.read(LARGEST_FILE + 1), {FileKind(value) for value in sys.argv[1:]})
    except Invalid as refusal:
        head, new = {"refused": refusal.reason, "details": dict(refusal.details)}, b""
    else:
        head, new = {"kind": result.kind.value}, result.content
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + new)


if __name__ == "__main__":
    main()
