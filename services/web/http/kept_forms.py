"""Fields of forms that are kept for the person who wrote them: drafts of several pages, and what was sent after the session had ended.

Nobody is signed in when a form arrives too late, and its session may be forgotten. So each form of a person who is signed in carries a
hidden mark of its owner: an HMAC of the person's id, and a second one that binds it to the form. Only our own pages can contain it. What is
kept is found by the mark alone, which the server can make again once the person has signed in; nobody else's page ever has it.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.web.http.forms import REQUEST_ID, TOKEN, Form

OWNER = "form_owner"
_MARK_LENGTH = 64
_OWNER_FIELD = re.compile(r"[0-9a-f]{128}")


class KeptFormStore(Protocol):
    """Stores fields by their owner's mark and a name, for a few days."""

    async def save(self, owner: str, name: str, fields: Mapping[str, str]) -> None:
        """Save the fields in place of those saved before."""
        ...

    async def load(self, owner: str, name: str) -> Mapping[str, str]:
        """The saved fields; empty when there are none."""
        ...

    async def delete(self, owner: str, name: str) -> None:
        """Delete the saved fields."""
        ...


@dataclass(frozen=True)
class FormOwners:
    """Makes and checks the marks of owners."""

    key: bytes

    def mark(self, person_id: str) -> str:
        """The mark under which a person's forms are kept."""
        return self._hash("form owner", person_id)

    def field(self, person_id: str, form: str) -> str:
        """The hidden field of a form that this person is shown."""
        mark = self.mark(person_id)
        return mark + self._proof(mark, form)

    def read_field(self, text: str, form: str) -> str:
        """The mark in a hidden field; empty where it is none of ours or belongs to another form."""
        if not _OWNER_FIELD.fullmatch(text):
            return ""
        mark, proof = text[:_MARK_LENGTH], text[_MARK_LENGTH:]
        return mark if hmac.compare_digest(proof, self._proof(mark, form)) else ""

    def _proof(self, mark: str, form: str) -> str:
        return self._hash("form of owner", f"{mark}\n{form}")

    def _hash(self, purpose: str, text: str) -> str:
        return hmac.new(self.key, f"{purpose}\n{text}".encode(), hashlib.sha256).hexdigest()


def unsent_name(form: str, path_params: Mapping[str, object]) -> str:
    """The name under which a form that came too late is kept: the form and what it is about, as the path says."""
    about = " ".join(f"{name}={value}" for name, value in sorted(path_params.items()))
    return f"unsent {form} {about}".rstrip()


def fields_to_keep(form: Form, never: Sequence[str]) -> dict[str, str]:
    """What the person entered, without the form's own hidden fields and without secrets."""
    return {name: value for name, value in form.fields.items() if name not in {TOKEN, REQUEST_ID, OWNER, *never}}
