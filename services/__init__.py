"""Kith's services, each with its own rooms."""

import os

# gRPC reads this when it is first imported. As it comes, it writes a line of its own for every stranger who knocks at the border: whoever
# knocks often would fill the log, and say in it what they like.
os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
