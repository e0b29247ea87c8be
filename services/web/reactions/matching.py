"""Notices that matching asks for: how it goes, a task that ended, neighbours who are a pair, a matching day, partners and referrals.

Each is told in the way they chose.
"""

from kith.matching.facts.v1.facts_pb2 import NoticeWanted
from libs.messages.reactions import Reactions
from services.web.reactions.notice_handler import wanted_handler

REACTIONS = Reactions("matching", dict([wanted_handler(NoticeWanted)]), ())
