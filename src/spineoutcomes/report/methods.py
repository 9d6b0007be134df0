"""The methods of a report: what each result says of itself, each said once."""

from __future__ import annotations

from spineoutcomes.results import ResultSet


def methods_of(results: ResultSet) -> list[tuple[str, list[str]]]:
    """Return each method with the names of the results that use it, in order of appearance."""
    users: dict[str, list[str]] = {}
    for name, result in results.items():
        if result.method:
            users.setdefault(result.method, []).append(name)
    return list(users.items())


def sources_of(results: ResultSet) -> list[str]:
    """Return the citations of all results, each once, in order of appearance."""
    return list(dict.fromkeys(source for _, result in results.items() for source in result.sources))
