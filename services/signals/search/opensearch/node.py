"""The connection to OpenSearch, and the few things that are asked of it.

Whatever goes wrong on the way is Unavailable: a search is then refused, a delivery comes again. An
error of the engine is never passed on: its text may hold what was asked.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from opensearchpy import OpenSearch
from opensearchpy.exceptions import (
    ConnectionError as NoConnection,
)
from opensearchpy.exceptions import (
    NotFoundError,
    OpenSearchException,
    TransportError,
)

from services.signals.search.opensearch import shape
from shared import clock
from shared.problems import Unavailable
from shared.settings import Settings

_CONNECTIONS = 32  # the client's own default is one
_TRIES = 4  # of what the engine was too busy for (429)
_CONFLICT, _MISSING, _BUSY = 409, 404, 429
_T = TypeVar("_T")

# The client writes requests to its log; what is asked stands in no log (I11).
logging.getLogger("opensearch").setLevel(logging.CRITICAL)
logging.getLogger("opensearchpy.trace").setLevel(logging.CRITICAL)


class IndexMissing(Exception):
    """There is no index or alias of this name."""


class Refused(Exception):
    """The engine does not take this document, now or later."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of one document, to be written unless there is a newer one. `body` None: gone."""

    id: str
    version: int
    body: Mapping[str, Any] = field(repr=False)


class Node:
    """One OpenSearch, or a cluster behind one address."""

    def __init__(self, settings: Settings) -> None:
        login = None
        if settings.opensearch_user:
            login = (settings.opensearch_user, settings.opensearch_password)
        self._client = OpenSearch(
            hosts=[settings.opensearch_url],
            http_auth=login,
            verify_certs=True,
            ca_certs=settings.opensearch_ca or None,
            timeout=settings.neighbour_timeout,
            max_retries=0,
            pool_maxsize=_CONNECTIONS,
        )
        self._refresh = settings.opensearch_refresh

    def search(self, alias: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """The answer to one question. Raises Unavailable, also when a part of the index did not
        answer: half an answer would read as "there is nothing"."""
        try:
            found: Mapping[str, Any] = self._ask(
                lambda client: client.search(
                    index=alias, body=body, allow_partial_search_results=False
                )
            )
        except IndexMissing:
            raise Unavailable from None
        if found["timed_out"] or found["_shards"]["failed"]:
            raise Unavailable
        return found

    def write(self, index: str, versions: Sequence[Version]) -> int:
        """Writes these versions; how many were new to the index. One that meets a newer version
        (409) is done. Raises IndexMissing, Refused, Unavailable when it stays too busy (429)."""
        waiting, written = list(versions), 0
        for attempt in range(_TRIES):
            answer = self._ask(partial(self._bulk, index, waiting))
            states = [item["index"]["status"] for item in answer["items"]]
            again = []
            for one, status in zip(waiting, states, strict=True):
                if status == _BUSY or status >= 500:
                    again.append(one)
                elif status == _MISSING:
                    raise IndexMissing
                elif status < 300:
                    written += 1
                elif status != _CONFLICT:
                    raise Refused
            if not again:
                return written
            waiting = again
            clock.pause(0.1 * 2**attempt)
        raise Unavailable

    def _bulk(self, index: str, versions: Sequence[Version], client: OpenSearch) -> Any:
        lines: list[Mapping[str, Any]] = []
        for one in versions:
            how = {"_id": one.id, "version": one.version, "version_type": "external"}
            lines += [{"index": how}, one.body]
        return client.bulk(index=index, body=lines, refresh=self._refresh)

    def make_index(self, alias: str, name: str) -> None:
        """Makes an empty index after the template of this alias."""
        self._ask(
            lambda client: client.indices.put_index_template(name=alias, body=shape.template(alias))
        )
        self._ask(lambda client: client.indices.create(index=name))

    def drop_index(self, name: str) -> None:
        """Deletes an index; nothing happens when it is gone already."""
        self._ask(lambda client: client.indices.delete(index=name, ignore_unavailable=True))

    def indexes_of(self, alias: str) -> list[str]:
        """What the alias stands for; nothing when there is no such alias."""
        try:
            return sorted(self._ask(lambda client: client.indices.get_alias(name=alias)))
        except IndexMissing:
            return []

    def swap(self, alias: str, name: str) -> None:
        """Lets the alias stand for this index only, in one step."""
        actions: list[dict[str, Any]] = [
            {"remove": {"index": old, "alias": alias}}
            for old in self.indexes_of(alias)
            if old != name
        ]
        actions.append({"add": {"index": name, "alias": alias}})
        self._ask(lambda client: client.indices.update_aliases(body={"actions": actions}))

    def refresh(self, name: str) -> None:
        """What was written can be found from now on."""
        self._ask(lambda client: client.indices.refresh(index=name))

    def count(self, name: str) -> int:
        """How many documents the index holds that were not taken out."""
        body = {"query": {"exists": {"field": shape.ACCESS}}}
        return int(self._ask(lambda client: client.count(index=name, body=body))["count"])

    def close(self) -> None:
        self._client.close()

    def _ask(self, what: Callable[[OpenSearch], _T]) -> _T:
        try:
            return what(self._client)
        except NotFoundError:
            raise IndexMissing from None
        except NoConnection:
            raise Unavailable from None
        except TransportError as error:
            status = error.status_code if isinstance(error.status_code, int) else 503
            if status in (401, 403, _BUSY) or status >= 500:
                raise Unavailable from None
            raise Refused(f"OpenSearch answered {status}") from None
        except OpenSearchException:
            raise Unavailable from None
