"""The documents and boards of a federated vote, and what they prove. Pure: bytes and values in, values out.

Every name and rule comes from docs/formats/federated-vote.md; the verifier (`scripts/verifier`) implements it independently.
"""
