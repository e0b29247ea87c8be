"""splitmix64 (Steele, Lea and Flood 2014): a generator of our own, so that a seed means the same on every machine and in every version."""

_MASK = 2**64 - 1
GAMMA, MIX_1, MIX_2 = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


class SplitMix64:
    def __init__(self, seed: int) -> None:
        self.state = seed & _MASK

    def below(self, bound: int) -> int:
        """A number from 0 to bound - 1, for bounds below 2**32: the upper half of the next 64 bits, scaled."""
        self.state = (self.state + GAMMA) & _MASK
        mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) * MIX_1 & _MASK
        mixed = (mixed ^ (mixed >> 27)) * MIX_2 & _MASK
        return ((mixed ^ (mixed >> 31)) >> 32) * bound >> 32
