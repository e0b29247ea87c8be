"""Setup for all tests."""

import signal

# A test run in the background inherits an ignored SIGINT and passes it on to every process it starts, so a co-op's Ctrl-C would do
# nothing. A signal with a handler here is reset to its default in child processes.
signal.signal(signal.SIGINT, signal.default_int_handler)
