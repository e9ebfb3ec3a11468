"""Sets of steps, a bit for each, and which of them is whose: each approval has a gate of its own."""

from collections.abc import Iterator


def bits(mask: int) -> Iterator[int]:
    """The places of the bits that are set."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def given(place: int, fitting: list[list[int]], taken: dict[int, int], tried: set[int]) -> bool:
    """Whether one gets a gate of those that fit, if need be by giving another one that it has taken another gate."""
    for gate in fitting[place]:
        if gate not in tried:
            tried.add(gate)
            if gate not in taken or given(taken[gate], fitting, taken, tried):
                taken[gate] = place
                return True
    return False
