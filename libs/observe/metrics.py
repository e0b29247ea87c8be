"""All metrics. No person, motion or ballot is ever a label."""

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

RPC_SECONDS = Histogram("kith_rpc_server_seconds", "Time to answer a call", ("service", "method", "code"), buckets=_SECONDS)
PAGE_SECONDS = Histogram("kith_page_seconds", "Time to answer a page", ("page", "status"), buckets=_SECONDS)
EVENTS_PUBLISHED = Counter("kith_facts_published", "Events published to JetStream", ("source",))
EVENTS_WAITING = Gauge("kith_facts_waiting", "Events numbered but not yet published", ("source",))
EVENTS_CONSUMED = Counter("kith_facts_followed", "Events of another service that reactions handled", ("service", "source"))
EVENT_POSITION = Gauge("kith_fact_position", "The number of the last event handled", ("service", "source"))
JOB_FAILURES = Counter("kith_job_failures", "Rounds of a job that failed", ("service", "job"))
LOOP_LAG = Gauge("kith_loop_lag_seconds", "How late the event loop was at its last turn")
CONNECTIONS_CLOSED = Counter("kith_http_connections_closed", "Connections of browsers that a limit closed", ("reason",))
CHILD_RESTARTS = Counter("kith_child_restarts", "Backing services started again after they died", ("child",))
PEER_EXCHANGES = Counter("kith_peer_exchanges", "Exchanges with other co-ops that we began", ("peer", "outcome"))
PEER_CALLS = Counter("kith_peer_calls", "Calls that other co-ops made", ("peer", "method", "code"))
BOARD_ENTRIES_MIRRORED = Counter("kith_board_entries_taken_total", "Entries of boards that other co-ops brought and we keep")
PEER_FALSE_PROOFS = Counter(
    "kith_peer_false_proofs_total", "Heads and cosignatures that another co-op brought and that are not signed", ("peer",)
)
PEER_CLOCK_OFFSET = Gauge("kith_peer_clock_off_seconds", "How far another co-op's clock is ahead of ours", ("peer",))
SECURITY_EVENTS = Counter("kith_security_events", "What somebody who watches over the co-op should see", ("kind",))
