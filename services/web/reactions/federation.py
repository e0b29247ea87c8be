"""News from federation's events: the progress of federated votes, and for the secretary the state of peers."""

from kith.federation.facts.v1 import facts_pb2 as facts
from libs.messages.reactions import Reactions
from services.web.reactions.news_handler import news_handler

REACTIONS = Reactions(
    "federation",
    dict(
        [
            # For everybody: from now on members can read the question, and the notice that our rules require begins.
            news_handler(facts.VoteProposed, "between_proposed", about="vote_id", word="convener"),
            news_handler(facts.VoteOpened, "between_opened", about="vote_id"),
            # Web does not know whose pseudonyms these are; the page tells each reader whether theirs is among them.
            news_handler(facts.VoteBallotsLost, "between_lost", about="vote_id"),
            news_handler(facts.VoteFinal, "between_final", about="vote_id"),
            news_handler(facts.VoteContested, "between_contested", about="vote_id"),
            news_handler(facts.VoteDisputed, "between_disputed", about="vote_id", word="why"),
            news_handler(facts.VoteVoid, "between_void", about="vote_id"),
            news_handler(facts.VoteAnnulled, "between_annulled", about="vote_id"),
            news_handler(facts.PeerPaired, "peer_paired", about="peer", hat="secretary"),
            news_handler(facts.PeerSuspended, "peer_suspended", about="peer", hat="secretary"),
            news_handler(facts.PeerResumed, "peer_resumed", about="peer", hat="secretary"),
            news_handler(facts.PeerSevered, "peer_severed", about="peer", hat="secretary"),
            news_handler(facts.PeerUnreachable, "peer_unreachable", about="peer", hat="secretary"),
            news_handler(facts.PeerReachable, "peer_reachable", about="peer", hat="secretary"),
        ]
    ),
    ("news_of_federation",),
)
