"""Kith's services."""

import os

# gRPC reads this when it is first imported. By default it logs a line of its own for every unknown client that tries the border: anybody
# could fill the log, and choose what it says.
os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
