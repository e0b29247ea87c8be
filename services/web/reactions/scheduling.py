"""Notices that scheduling asks for: a visit is planned, moved, taken or given back.

Each is told in the way they chose, and finds it on the pages too.
"""

from kith.scheduling.facts.v1.facts_pb2 import NoticeWanted
from libs.messages.reactions import Reactions
from services.web.reactions.notice_handler import news_and_notice_handler

REACTIONS = Reactions("scheduling", dict([news_and_notice_handler(NoticeWanted)]), ("news_of_scheduling",))
