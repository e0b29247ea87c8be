"""The documents of a vote between co-ops, and what boards of them prove. Pure: bytes and values in, values out.

Every name and rule is that of docs/formats/federated-vote.md, which the verifier (`scripts/verifier`) is written from as well, apart.
"""
