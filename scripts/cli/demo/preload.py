"""Loads the code of `kith up` and of every service; the co-ops of the demonstration are forked from the process that imports this."""

import gc

from services.instance import import_services

gc.disable()
import_services()
# The processes share what is loaded as long as no collection writes into it.
gc.freeze()
gc.enable()
