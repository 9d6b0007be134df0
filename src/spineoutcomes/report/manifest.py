"""The manifest: what went into a report, so that anyone can run it again."""

from __future__ import annotations

import hashlib
import platform
from importlib.metadata import version
from typing import Any

from spineoutcomes.loaders.mapping.shipped import read_profile
from spineoutcomes.registry import Registry
from spineoutcomes.report.study import Study

ENGINES = ("numpy", "pandas", "scipy", "matplotlib", "pandera", "pydantic")


def sha256(content: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def manifest_of(study: Study, registry: Registry, written: dict[str, bytes]) -> dict[str, Any]:
    """Return versions, hashes of inputs and plan, the seed, and hashes of what was written."""
    inputs = registry.provenance.dropna(subset=["file"])
    return {
        "title": study.plan.title,
        "kind": study.plan.kind,
        "seed": study.plan.seed,
        "synthetic": registry.truth is not None,
        "plan": {"file": study.file.name, "sha256": sha256(study.file.text.encode())},
        "mapping": _mapping(study),
        "vocabulary": {"sha256": registry.vocabulary.sha256},
        "inputs": [
            {
                "table": row["table"],
                "file": row["file"],
                "sha256": row["sha256"],
                "rows_in": int(row["n_rows_in"]),
                "rows_out": int(row["n_rows_out"]),
                "rows_rejected": int(row["n_rejected"]),
            }
            for row in inputs.to_dict("records")
        ],
        "outputs": {name: sha256(content) for name, content in written.items()},
        "versions": {
            "python": platform.python_version(),
            "spineoutcomes": version("spineoutcomes"),
            **{name: version(name) for name in ENGINES},
        },
    }


def _mapping(study: Study) -> dict[str, str] | None:
    """Return what the mapping is called, and its hash; that of a shipped profile has no file."""
    mapping = study.mapping
    if mapping is None:
        return None
    if isinstance(mapping, str):
        return {"profile": mapping, "sha256": sha256(read_profile(mapping).text.encode())}
    return {"file": str(study.plan.registry.mapping), "sha256": sha256(mapping.read_bytes())}
