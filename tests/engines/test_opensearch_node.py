"""The engine itself: what the index relies on is there."""

from __future__ import annotations

import pytest
from opensearchpy import OpenSearch

from tests.engines.opensearch import NEWER, OLDER, NoEngine, release_for


@pytest.mark.slow
@pytest.mark.opensearch
def test_a_real_node_answers_and_makes_no_index_by_itself(opensearch_url: str) -> None:
    client = OpenSearch(opensearch_url)
    assert client.info()["version"]["distribution"] == "opensearch"
    refused = client.index(index="never-made", body={"a": 1}, ignore=[404])
    assert refused["error"]["type"] == "index_not_found_exception"


def test_the_java_at_hand_chooses_the_release(tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    for version, release in (("17.0.15", OLDER), ("25", NEWER), ("21.0.2", NEWER)):
        java = folder / version
        java.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n")
        java.chmod(0o755)
        assert release_for(str(java)) == release
    old = folder / "old"
    old.write_text("#!/bin/sh\necho 'java version \"1.8.0\"' >&2\n")
    old.chmod(0o755)
    with pytest.raises(NoEngine, match="too old"):
        release_for(str(old))
