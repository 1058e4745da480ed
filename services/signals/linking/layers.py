"""Layers: linking is done once for each legal context that permits it, each blind to the others.

A signal that one context may not use can then neither join two households there, nor make two
mentions one person, nor leave any other trace in what its coordinators see (I4). The layer of a
link, person, tie, household or doubted pair is the code of its legal context.
"""

from __future__ import annotations

from shared.vocabulary import LegalContext

SEALED = ""  # the layer of mentions that no context permits: they join nothing

# Contexts a bundle may be made under here; the others have a door of their own.
ASKED_CONTEXTS = (
    LegalContext.VT_TASK,
    LegalContext.ZVH_WGS,
    LegalContext.YOUTH_COUNCIL,
    LegalContext.CONSENT,
)
