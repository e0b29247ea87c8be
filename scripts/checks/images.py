"""The images that docker-compose.yml and the Dockerfiles name, and whether each is pinned by its digest."""

import re
from collections.abc import Iterable
from pathlib import Path

_IN_COMPOSE = re.compile(r"^\s*image:\s*(\S+)", re.MULTILINE)
_IN_DOCKERFILE = re.compile(r"^FROM\s+(?:--\S+\s+)*(\S+)", re.MULTILINE)
_PINNED = re.compile(r"[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}")
_TAGGED = re.compile(r"[\w./-]+:(?!latest\b)[\w.-]*\d[\w.-]*(@sha256:[0-9a-f]{64})?")

# `scripts/release` prints this for every image without a digest; docs/how-to/run-with-containers.md explains it.
ASK_FOR_DIGEST = "docker buildx imagetools inspect {image} --format '{{{{.Manifest.Digest}}}}'"


def list_images(root: Path) -> list[str]:
    """References of foreign images, sorted, each once. Ours, which a variable names, is built from the Dockerfile."""
    files = [(root / "docker-compose.yml", _IN_COMPOSE), *((path, _IN_DOCKERFILE) for path in root.glob("deploy/**/Dockerfile*"))]
    found = {image for path, pattern in files for image in pattern.findall(path.read_text(encoding="utf-8"))}
    return sorted(image for image in found if not image.startswith("${"))


def problems(images: Iterable[str]) -> list[str]:
    """Images whose tag moves freely (none, or `latest`), or whose digest is none."""
    return [f"{image}: neither a version nor a digest of SHA-256" for image in images if not _TAGGED.fullmatch(image)]


def without_digest(images: Iterable[str]) -> list[str]:
    """Images that a registry could replace under the same tag."""
    return [image for image in images if not _PINNED.fullmatch(image)]
