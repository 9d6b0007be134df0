"""Mappings of known registries, shipped by name, and what a mapping of one's own adds to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from spineoutcomes._toml import Keys, TomlFile, parse_toml
from spineoutcomes.errors import ArgumentError

ENTRIES = ("scores", "procedures", "lesions", "events")
# One score stands instead of another when these are the same.
SAME_SCORE = ("instrument", "location", "side", "rater")
Place = tuple[bool, int]  # of an entry: whether it is in the file that extends, and its number


@dataclass(frozen=True, slots=True)
class ExtendedToml(TomlFile):
    """A document on top of the one it extends; a message names the line of the one that is meant.

    Attributes
    ----------
    base : TomlFile
        What is extended.
    own : dict
        The data of this document alone.
    places : dict
        For a list of sections, where each of them comes from.
    """

    base: TomlFile
    own: dict[str, Any]
    places: dict[str, list[Place]]

    def error(self, keys: Keys, message: str) -> ArgumentError:
        """Return an error that names the file, the line and the key, ready to be raised."""
        if len(keys) > 1 and keys[0] in self.places and isinstance(keys[1], int):
            is_own, number = self.places[str(keys[0])][keys[1]]
            keys = (keys[0], number, *keys[2:])
            document = self._alone if is_own else self.base
            return document.error(keys, message)
        for length in range(len(keys), 0, -1):
            if _holds(self.own, keys[:length]):
                return self._alone.error(keys, message)
            if _holds(self.base.data, keys[:length]):
                return self.base.error(keys, message)
        return self._alone.error(keys, message)

    @property
    def _alone(self) -> TomlFile:
        return TomlFile(self.name, self.text, self.own)


def is_said_by_user(document: TomlFile, keys: Keys) -> bool:
    """Tell what a mapping says itself from what stands in the profile that it extends."""
    return not isinstance(document, ExtendedToml) or _holds(document.own, keys)


def profile_names() -> list[str]:
    """Return the names of the profiles that the library ships."""
    folder = files("spineoutcomes.loaders.mapping") / "profiles"
    return sorted(
        entry.name.removesuffix(".toml")
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    )


def read_profile(name: str) -> TomlFile:
    """Return a shipped profile.

    Raises
    ------
    ArgumentError
        When there is none of that name.
    """
    known = profile_names()
    if name not in known:
        raise ArgumentError(
            f"There is no profile {name!r}; profiles are {', '.join(known)}. A mapping of your own "
            'is given by its path, with its suffix: mapping="my_file.toml".'
        )
    path = files("spineoutcomes.loaders.mapping") / "profiles" / f"{name}.toml"
    return parse_toml(path.read_text(encoding="utf-8"), name=f"profile {name}")


def extended(document: TomlFile) -> TomlFile:
    """Return a mapping on top of the profile that its `extends` names.

    Its keys stand instead of those of the profile; its lists of sections come after them.

    Raises
    ------
    ArgumentError
        When there is no such profile, or what it could not know is still not said.
    """
    name = document.data["extends"]
    if not isinstance(name, str):
        raise document.error(("extends",), "the name of a profile, as text")
    try:
        base = read_profile(name)
    except ArgumentError as error:
        raise document.error(("extends",), str(error)) from None
    require_declared(base, document)
    own = {key: value for key, value in document.data.items() if key != "extends"}
    known = {key: value for key, value in base.data.items() if key != "declare"}
    data, places = _merged(known, own)
    return ExtendedToml(document.name, document.text, data, base, own, places)


def require_declared(profile: TomlFile, own: TomlFile | None) -> None:
    """Raise when what a profile could not know is not said by a mapping that extends it."""
    declared: Mapping[str, str] = profile.data.get("declare", {})
    said = {} if own is None else own.data
    absent = {key: why for key, why in declared.items() if not _holds(said, key.split("."))}
    if not absent:
        return
    name = profile.name.removeprefix("profile ")
    lines = [f'extends = "{name}"']
    for section in dict.fromkeys(key.rpartition(".")[0] for key in absent):
        lines.append(f"[{section}]")
        for key, why in absent.items():
            if key.rpartition(".")[0] == section:
                lines.append(f"{key.rpartition('.')[2]} = ...  # {why}")
    message = (
        f"The profile {name!r} cannot know {len(absent)} thing(s), and nothing is guessed. Write "
        "them into a mapping of your own and give its path:\n\n" + "\n".join(lines) + "\n"
    )
    raise ArgumentError(message) if own is None else own.error(("extends",), message)


def _merged(
    base: Mapping[str, Any], own: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, list[Place]]]:
    data = {**base, **own}
    for key in set(base) & set(own):
        data[key] = _section_merged(base[key], own[key])
    files_of_both = set(base.get("files", {})) & set(_table(own.get("files")))
    for name in files_of_both:
        data["files"][name] = _section_merged(base["files"][name], own["files"][name])
    places: dict[str, list[Place]] = {}
    for key in ENTRIES:
        if key in base or isinstance(own.get(key), list):
            data[key], places[key] = _entries_merged(key, base.get(key, []), own.get(key))
    return data, places


def _section_merged(base: Any, own: Any) -> Any:
    """Return a section whose keys are those of both; `codes`, `missing`, `ignore` add up too."""
    if not (isinstance(base, dict) and isinstance(own, dict)):
        return own
    both = {**base, **own}
    for key in ("codes", "missing"):
        if isinstance(base.get(key), dict) and isinstance(own.get(key), dict):
            both[key] = {**base[key], **own[key]}
    if isinstance(base.get("ignore"), list) and isinstance(own.get("ignore"), list):
        both["ignore"] = [*base["ignore"], *own["ignore"]]
    return both


def _entries_merged(key: str, base: Sequence[Any], own: Any) -> tuple[Any, list[Place]]:
    """Return the entries of both: a score stands instead of the same one, `[]` leaves none."""
    if own is None:
        return base, [(False, number) for number in range(len(base))]
    if not isinstance(own, list):
        return own, []
    replaced = [_same(entry) for entry in own] if key == "scores" else []
    kept = [n for n, entry in enumerate(base) if own and _same(entry) not in replaced]
    places = [(False, number) for number in kept] + [(True, n) for n in range(len(own))]
    return [*(base[number] for number in kept), *own], places


def _same(score: Any) -> tuple[Any, ...]:
    return tuple(_table(score).get(key) for key in SAME_SCORE)


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _holds(data: Any, keys: Sequence[str | int]) -> bool:
    for key in keys:
        if not (isinstance(data, dict) and key in data):
            return False
        data = data[key]
    return True
