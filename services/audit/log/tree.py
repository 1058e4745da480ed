"""The Merkle tree of RFC 6962 section 2.1 (RFC 9162 section 2.1 says how proofs are verified).

Hashes are SHA-256, 32 bytes. Nothing here knows where hashes are kept: proofs are built from a
function that gives the hash of a perfect subtree.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()

# node(height, position): the root of the perfect subtree over leaves
# [position * 2**height, (position + 1) * 2**height).
Node = Callable[[int, int], bytes]


class ProofError(Exception):
    """A proof that does not prove what it should; the text says why."""


def leaf_hash(data: bytes) -> bytes:
    """MTH({d}) = SHA-256(0x00 || d)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def subtree_roots(hashes: Sequence[bytes]) -> list[list[bytes]]:
    """By height: the roots of all perfect subtrees over `hashes`, itself at height 0."""
    row = list(hashes)
    rows = [row]
    while len(row) > 1:
        row = [
            sha256(b"\x01" + row[i] + row[i + 1]).digest()  # node_hash, without the call
            for i in range(0, len(row) - 1, 2)
        ]
        rows.append(row)
    return rows


def perfect_root(hashes: Sequence[bytes]) -> bytes:
    """The root over hashes whose number is a power of two."""
    return subtree_roots(hashes)[-1][0]


def range_root(begin: int, end: int, node: Node) -> bytes:
    """The root over leaves [begin, end), a range that RFC 6962 splits as its own tree."""
    size = end - begin
    if size == 0:
        return EMPTY_ROOT
    if size & (size - 1) == 0 and begin % size == 0:
        height = size.bit_length() - 1
        return node(height, begin >> height)
    middle = begin + _split(size)
    return node_hash(range_root(begin, middle, node), range_root(middle, end, node))


def _split(size: int) -> int:
    """The largest power of two smaller than `size` (>= 2)."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_proof(index: int, size: int, node: Node) -> list[bytes]:
    """PATH(m, D[n]), RFC 6962 2.1.1, from the leaf upwards. Raises ProofError outside the tree."""
    if not 0 <= index < size:
        raise ProofError(f"entry {index} is not in a tree of {size}")
    path: list[bytes] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append(range_root(middle, end, node))
            end = middle
        else:
            path.append(range_root(begin, middle, node))
            begin = middle
    path.reverse()
    return path


def consistency_proof(first: int, second: int, node: Node) -> list[bytes]:
    """PROOF(m, D[n]), RFC 6962 2.1.2. Raises ProofError unless 0 < first <= second."""
    if not 0 < first <= second:
        raise ProofError(f"no proof leads from a tree of {first} to one of {second}")
    path: list[bytes] = []
    begin, end, known = 0, second, True  # known: the verifier holds the root of this subtree
    while first != end:
        middle = begin + _split(end - begin)
        if first <= middle:
            path.append(range_root(middle, end, node))
            end = middle
        else:
            path.append(range_root(begin, middle, node))
            begin, known = middle, False
    if not known:
        path.append(range_root(begin, end, node))
    path.reverse()
    return path


def _sides(position: int, last: int, steps: int) -> list[bool]:
    """For each step of a proof, upwards: does its hash stand on the left?

    `position` and `last` (of the tree) count nodes of the level where the proof begins.
    Raises ProofError when a proof from there has another number of steps.
    """
    sides: list[bool] = []
    for _ in range(steps):
        if last == 0:
            raise ProofError("the proof is too long")
        on_left = bool(position & 1) or position == last
        sides.append(on_left)
        if on_left:
            while position and not position & 1:  # the right edge has no sibling here
                position, last = position >> 1, last >> 1
        position, last = position >> 1, last >> 1
    if last != 0:
        raise ProofError("the proof is too short")
    return sides


def _demand_hashes(*values: bytes) -> None:
    if any(len(value) != HASH_BYTES for value in values):
        raise ProofError(f"a hash does not have {HASH_BYTES} bytes")


def verify_inclusion(
    index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes
) -> None:
    """RFC 9162 2.1.3.2. Raises ProofError when `leaf` (a leaf hash) is not at `index`."""
    if not 0 <= index < size:
        raise ProofError(f"entry {index} is not in a tree of {size}")
    _demand_hashes(leaf, root, *proof)
    found = leaf
    for step, on_left in zip(proof, _sides(index, size - 1, len(proof)), strict=True):
        found = node_hash(step, found) if on_left else node_hash(found, step)
    if found != root:
        raise ProofError("the proof leads to another root")


def verify_consistency(
    first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]
) -> None:
    """RFC 9162 2.1.4.2. Raises ProofError when the second tree does not begin with the first."""
    if not 0 < first <= second:
        raise ProofError(f"nothing can be said from a tree of {first} to one of {second}")
    _demand_hashes(*proof)
    if first == second:
        if proof:
            raise ProofError("trees of one size need no proof")
        if first_root != second_root:
            raise ProofError("two roots for one size: the log was forked")
        return
    steps = list(proof)
    if first & (first - 1) == 0:
        steps.insert(0, first_root)  # the first tree is itself a node of the second
    if not steps:
        raise ProofError("the proof is too short")
    position, last = first - 1, second - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    old = new = steps[0]
    for step, on_left in zip(steps[1:], _sides(position, last, len(steps) - 1), strict=True):
        old = node_hash(step, old) if on_left else old
        new = node_hash(step, new) if on_left else node_hash(new, step)
    if old != first_root:
        raise ProofError("the proof does not lead to the first root")
    if new != second_root:
        raise ProofError("the proof does not lead to the second root")
