"""The software bill of materials: every locked package and every image, as CycloneDX JSON.

The same lock, images and commit make the same bytes: the serial number is derived from the content, and the time is that of the commit.
"""

import json
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.bom_ref import BomRef
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.contact import OrganizationalEntity
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from packaging.utils import canonicalize_name

_ENTRY = re.compile(
    r"^(?P<name>[\w.-]+)(?:\[[^\]]*\])?==(?P<version>[^\s;\\]+)(?: ; (?P<marker>[^\\\n]+?))? \\\n(?P<rest>(?:[ ]+.*\n)+)", re.MULTILINE
)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_VIA = re.compile(r"^ +# +(?:via +)?([\w.-]+)(?: \(pyproject\.toml\))?$", re.MULTILINE)


@dataclass(frozen=True)
class LockedPackage:
    """One entry of a lock made by uv: what it is, the hashes of its files, and which packages asked for it."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]
    asked_for_by: tuple[str, ...]


def read_lock(text: str) -> list[LockedPackage]:
    """The packages of a hashed lock. ValueError if an entry cannot be read: a bill that leaves one out would be false."""
    packages = [
        LockedPackage(
            name=canonicalize_name(entry["name"]),
            version=entry["version"],
            marker=entry["marker"] or "",
            hashes=tuple(_HASH.findall(entry["rest"])),
            asked_for_by=tuple(name for name in map(canonicalize_name, _VIA.findall(entry["rest"])) if name != "via"),
        )
        for entry in _ENTRY.finditer(text if text.endswith("\n") else f"{text}\n")
    ]
    if len(packages) != len(re.findall(r"^[^\s#]", text, re.MULTILINE)) or not all(package.hashes for package in packages):
        message = "an entry of the lock cannot be read"
        raise ValueError(message)
    return packages


def make_bill(*, version: str, lock: str, images: Iterable[str], committed_at: datetime) -> str:
    """The bill of one release as CycloneDX 1.6 JSON, valid against the published schema. ValueError if it is not, or if an entry of
    the lock cannot be read.

    `images` are references as docker writes them, `name:tag` or `name:tag@sha256:...`.
    """
    kith = Component(
        name="kith",
        version=version,
        type=ComponentType.APPLICATION,
        bom_ref=f"pkg:pypi/kith@{version}",
        purl=PackageURL("pypi", None, "kith", version),
        supplier=OrganizationalEntity(name="The Kith maintainers"),
        licenses=[LicenseExpression("AGPL-3.0-or-later")],
    )
    packages = read_lock(lock)
    components = {package.name: _component(package) for package in packages}
    bill = Bom(components=[*components.values(), *(_image(reference) for reference in images)])
    bill.metadata.component = kith
    bill.metadata.timestamp = committed_at
    for name, component in {"kith": kith, **components}.items():
        bill.register_dependency(component, [components[package.name] for package in packages if name in package.asked_for_by])
    bill.serial_number = uuid.UUID(int=0)
    bill.serial_number = uuid.uuid5(uuid.NAMESPACE_OID, JsonV1Dot6(bill).output_as_string())
    text = JsonV1Dot6(bill).output_as_string(indent=2) + "\n"
    if (error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)) is not None:
        message = f"the bill of materials does not fit the schema: {error.data}"
        raise ValueError(message)
    return json.dumps(json.loads(text), indent=2, sort_keys=True) + "\n"


def _component(package: LockedPackage) -> Component:
    purl = PackageURL("pypi", None, package.name, package.version)
    return Component(
        name=package.name,
        version=package.version,
        type=ComponentType.LIBRARY,
        scope=ComponentScope.REQUIRED,
        bom_ref=BomRef(str(purl)),
        purl=purl,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest) for digest in package.hashes],
        properties=[Property(name="kith:marker", value=package.marker)] if package.marker else [],
    )


def _image(reference: str) -> Component:
    """An image that a co-op may use instead of the packages for PostgreSQL and NATS, or that ours is built from."""
    tagged, _, digest = reference.partition("@sha256:")
    name, _, tag = tagged.rpartition(":")
    return Component(
        name=name,
        version=tag,
        type=ComponentType.CONTAINER,
        scope=ComponentScope.OPTIONAL,
        bom_ref=BomRef(f"image:{reference}"),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)] if digest else [],
    )
