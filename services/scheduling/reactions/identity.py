"""Events of identity: hats, who acts for whom, and who is erased or held."""

from libs.access import acting_rights, hats
from libs.access.erasing import PersonEraser
from libs.messages.reactions import Reactions, joined
from services.scheduling.storage import events_out
from services.scheduling.storage.person_tables import PERSON_TABLES

ERASER = PersonEraser(PERSON_TABLES, events_out.person_data_erased)
REACTIONS = joined(hats.reactions(), acting_rights.reactions(), Reactions("identity", ERASER.handlers(), ("held_person",)))
