"""What one co-op asks another for one of its members, without saying who: its closed words, its bytes, and counts that are never exact.

Two services read and write it: matching, whose people ask and are counted, and federation, which carries it. Pure: values in, values out.
docs/formats/ask.md has every byte; ADR 63 the reasons.
"""
