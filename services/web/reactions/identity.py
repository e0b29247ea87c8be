"""News from identity's events: there is a new code to sign in as this person, who should know about it."""

from kith.identity.facts.v1.facts_pb2 import SignInCodeIssued
from libs.messages.consumer import Reactions
from services.web.reactions.news_handler import news_handler

REACTIONS = Reactions(
    "identity", dict([news_handler(SignInCodeIssued, "code_issued", person="person_id", word="kind")]), ("news_of_identity",)
)
