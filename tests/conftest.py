"""What every test stands on."""

import signal

# A run started in the background inherits an ignored SIGINT and hands it on to every process it starts; a co-op's Ctrl-C would then do
# nothing. What has a handler here is back at its default in a child.
signal.signal(signal.SIGINT, signal.default_int_handler)
