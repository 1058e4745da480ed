"""The tree against vectors made by others, and against the definition of RFC 6962 itself."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.audit.log.tiles import RightEdge, TileTree, TreeDamaged, position_path, tiles_of
from services.audit.log.tree import (
    ProofError,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)

VECTORS = Path(__file__).parents[3] / "shared" / "vectors" / "rfc6962"
needs_vectors = pytest.mark.skipif(
    not VECTORS.is_dir(), reason="the vectors of transparency-dev/merkle are not beside the project"
)


def cases(kind: str) -> Iterator[dict[str, object]]:
    for file in sorted((VECTORS / kind).rglob("*.json")):
        yield json.loads(file.read_text())


def raw(text: str) -> bytes:
    return base64.b64decode(text)


@needs_vectors
def test_inclusion_proofs_of_others_are_judged_as_they_say() -> None:
    count = 0
    for case in cases("inclusion"):
        count += 1
        arguments = (
            case["leafIdx"],
            case["treeSize"],
            raw(case["leafHash"]),
            [raw(step) for step in case["proof"] or []],
            raw(case["root"]),
        )
        if case["wantErr"]:
            with pytest.raises(ProofError):
                verify_inclusion(*arguments)
        else:
            verify_inclusion(*arguments)
    assert count == 98


@needs_vectors
def test_consistency_proofs_of_others_are_judged_as_they_say() -> None:
    count = 0
    for case in cases("consistency"):
        count += 1
        arguments = (
            case["size1"],
            case["size2"],
            raw(case["root1"]),
            raw(case["root2"]),
            [raw(step) for step in case["proof"] or []],
        )
        if case["wantErr"]:
            with pytest.raises(ProofError):
                verify_consistency(*arguments)
        else:
            verify_consistency(*arguments)
    assert count == 98


def defined_root(leaves: list[bytes]) -> bytes:
    """MTH as RFC 6962 2.1 writes it down: the oracle."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + defined_root(leaves[:split]) + defined_root(leaves[split:])).digest()


def tree_of(count: int, groups: list[int]) -> tuple[TileTree, list[bytes]]:
    """A tree grown in groups of the given sizes (repeated), through tiles."""
    leaves = [b"entry %d" % n for n in range(count)]
    stored: dict[tuple[int, int], bytes] = {}
    read = lambda level, position: stored[level, position]  # noqa: E731
    done, turn = 0, 0
    while done < count:
        step = min(groups[turn % len(groups)], count - done)
        edge = RightEdge(done, read)  # taken up again from what is stored, every time
        stored.update(edge.append([leaf_hash(x) for x in leaves[done : done + step]]))
        done, turn = done + step, turn + 1
    names = {(t.level, t.position): t.width for t in tiles_of(count)}
    assert {key: len(value) // 32 for key, value in stored.items()} == names
    return TileTree(count, read), leaves


@given(
    count=st.one_of(st.integers(0, 600), st.sampled_from([255, 256, 257, 511, 512, 513])),
    groups=st.lists(st.integers(1, 300), min_size=1, max_size=5),
)
def test_a_tree_grown_in_any_groups_has_the_defined_root(count: int, groups: list[int]) -> None:
    tree, leaves = tree_of(count, groups)
    assert tree.root() == defined_root(leaves)


@given(data=st.data(), count=st.integers(1, 700))
def test_every_proof_verifies_and_a_changed_one_does_not(data: st.DataObject, count: int) -> None:
    tree, leaves = tree_of(count, [count])
    index = data.draw(st.integers(0, count - 1))
    first = data.draw(st.integers(1, count))
    proof = inclusion_proof(index, count, tree.node)
    verify_inclusion(index, count, leaf_hash(leaves[index]), proof, tree.root())
    with pytest.raises(ProofError):
        verify_inclusion(index, count, leaf_hash(b"another"), proof, tree.root())
    old = defined_root(leaves[:first])
    assert tree.root(first) == old
    steps = consistency_proof(first, count, tree.node)
    verify_consistency(first, count, old, tree.root(), steps)
    if first < count:
        with pytest.raises(ProofError):
            verify_consistency(first, count, sha256(old).digest(), tree.root(), steps)


def test_a_tree_over_two_levels_of_tiles_has_the_defined_root() -> None:
    tree, leaves = tree_of(256 * 256 + 300, [4096, 1, 513])
    assert tree.root() == defined_root(leaves)
    proof = inclusion_proof(65_537, len(leaves), tree.node)
    verify_inclusion(65_537, len(leaves), leaf_hash(leaves[65_537]), proof, tree.root())


def test_a_missing_or_short_tile_is_named() -> None:
    tree, _ = tree_of(300, [300])
    hashes = tree.node(8, 0)
    with pytest.raises(TreeDamaged, match="tile 1 of level 0 holds 1 hashes"):
        RightEdge(300, lambda level, position: hashes)
    with pytest.raises(TreeDamaged, match="tile 0 of level 0 is missing"):
        TileTree(3, lambda level, position: {}[level, position]).root()


def test_tile_positions_are_written_as_the_layout_wants() -> None:
    assert position_path(5) == "005"
    assert position_path(1000) == "x001/000"
    assert position_path(1_234_067) == "x001/x234/067"
