"""The ZIP file with a person's data: what is in it for people, for spreadsheets and for other programs.

`docs/formats/person-data.md` describes it, and `docs/formats/person-data.schema.json` its JSON files.
"""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime

from services.web.http.csv_files import csv_text
from services.web.pages.my_data.gathering import PersonRecord

FORMAT = "kith.person-data.v1"
_READ = "read_audit"
_READERS = ("service", "at", "reader", "hat", "record", "action", "fields", "reason", "acting_for", "helped_by", "stale")


def pack(person_id: str, records: Sequence[PersonRecord], services: Sequence[str], made_at: datetime, read_me: str) -> bytes:
    """The bytes of the ZIP file. More than a few milliseconds of work: call it in a thread."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("read-me.txt", read_me)
        for service in services:
            own = [record for record in records if record.service == service]
            archive.writestr(f"{service}.json", _as_json(person_id, service, own, made_at))
            for kind in dict.fromkeys(record.kind for record in own):
                rows = [record.fields for record in own if record.kind == kind]
                archive.writestr(f"tables/{service}-{kind}.csv", _as_csv(tuple(rows[0]), rows))
        archive.writestr("readers.csv", _as_csv(_READERS, readers(records)))
    return file.getvalue()


def readers(records: Sequence[PersonRecord]) -> list[Mapping[str, object]]:
    """Who looked at the person's records in any service, the latest first."""
    reads = [{"service": record.service, **record.fields} for record in records if record.kind == _READ]
    return sorted(reads, key=lambda read: str(read["at"]), reverse=True)


def _as_json(person_id: str, service: str, records: Sequence[PersonRecord], made_at: datetime) -> str:
    document = {
        "format": FORMAT,
        "service": service,
        "person": person_id,
        "made_at": made_at.isoformat(),
        "records": [{"kind": record.kind, "fields": record.fields} for record in records],
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def _as_csv(columns: Sequence[str], rows: Sequence[Mapping[str, object]]) -> str:
    return csv_text(columns, [[row[column] for column in columns] for row in rows])
