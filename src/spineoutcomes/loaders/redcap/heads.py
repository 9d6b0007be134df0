"""Heads of a labelled export, turned back into names of columns where that is certain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from spineoutcomes.loaders.redcap.columns import STATUS_HEAD, TIMESTAMP_HEAD, Origin
from spineoutcomes.loaders.redcap.dictionary import plain
from spineoutcomes.loaders.redcap.flat import unreadable

BY_PLACE = {STATUS_HEAD: "_complete", TIMESTAMP_HEAD: "_timestamp"}


def raw_heads(
    heads: list[str], known: Mapping[str, Origin], forms: tuple[str, ...], name: str
) -> list[str]:
    """Return the names of the columns, whether the heads are names or labels.

    Raises
    ------
    ValidationError
        When a label belongs to several columns, or a column is there twice.
    """
    labels: dict[str, list[str]] = {}
    for column, origin in known.items():
        if origin.kind not in ("status", "timestamp"):
            labels.setdefault(plain(origin.title), []).append(column)
    columns = heads
    if sum(plain(head) in labels for head in heads) > sum(head in known for head in heads):
        _refuse_shared(heads, labels, name)
        columns = [labels.get(plain(head), [plain(head)])[0] for head in heads]
        columns = _by_place(columns, known, forms, name)
    twice = sorted(column for column, count in Counter(columns).items() if count > 1)
    if twice:
        message = (
            f"{name} has the column {', '.join(map(repr, twice))} more than once; export it again, "
            "each field once."
        )
        raise unreadable(name, "repeated_column", message)
    return columns


def _refuse_shared(heads: list[str], labels: Mapping[str, list[str]], name: str) -> None:
    shared = {
        column
        for head in map(plain, heads)
        for column in labels.get(head, [])
        if len(labels[head]) > 1 or head in BY_PLACE
    }
    if shared:
        message = (
            f"The heads of {name} are labels, and these fields share theirs with another, so the "
            f"columns cannot be told apart: {', '.join(sorted(shared))}. Export it with the names "
            "of the variables as heads (raw headers)."
        )
        raise unreadable(name, "shared_labels", message)


def _by_place(
    columns: list[str], known: Mapping[str, Origin], forms: tuple[str, ...], name: str
) -> list[str]:
    """Name the columns that are called the same in every form: they stand at its end or begin."""
    placed = list(columns)
    form_at = [known[c].form if c in known else "" for c in columns]
    for head, ending in BY_PLACE.items():
        places = [place for place, column in enumerate(columns) if column == head]
        own = [_form_beside(form_at, place, ending) for place in places]
        if ending == "_complete" and len(places) == len(forms):
            own = list(forms)
        if "" in own or len(set(own)) < len(own):
            message = (
                f"The heads of {name} are labels, and it cannot be told which form each "
                f"{head!r} belongs to. Export it with the names of the variables as heads (raw "
                "headers)."
            )
            raise unreadable(name, "shared_labels", message)
        for place, form in zip(places, own, strict=True):
            placed[place] = f"{form}{ending}"
    return placed


def _form_beside(form_at: list[str], place: int, ending: str) -> str:
    beside = reversed(form_at[:place]) if ending == "_complete" else form_at[place + 1 :]
    return next((form for form in beside if form), "")
