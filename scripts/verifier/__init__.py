"""The independent verifier of federated votes: `kith verify`, or `python -m scripts.verifier` from a clone.

It is written from docs/formats/federated-vote.md, bundle.md and count.md and shares no code with the services or the libs, so that it does
not have to trust them. It needs Python 3.11 and the package `cryptography`, opens no connection and writes no file.
`checks` runs the checks of bundle.md in their order.
"""
