"""What a secretary changes about a person, in the order in which their page offers it."""

from services.web.pages.member_changes.admission import ADMIT
from services.web.pages.member_changes.ending import END
from services.web.pages.member_changes.member_class import CHANGE_CLASS
from services.web.pages.member_changes.merge import MERGE
from services.web.pages.member_changes.particulars import CORRECT

CHANGES = (ADMIT, CHANGE_CLASS, CORRECT, END, MERGE)
