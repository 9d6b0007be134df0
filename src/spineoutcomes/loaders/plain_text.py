"""Text from the bytes of a file, in the encoding that it is said to have."""

from __future__ import annotations

import json
import re
from typing import Any, TypeGuard

from spineoutcomes.errors import ArgumentError, ValidationError
from spineoutcomes.registry.findings import rows_found

_ESCAPED_HALF = re.compile(r"\\u[dD][89a-fA-F]")


def is_utf8(encoding: str) -> bool:
    """Tell whether an encoding is the usual one."""
    return encoding.lower() in ("utf-8", "utf8")


def decoded(content: bytes, name: str, encoding: str) -> str:
    """Return the text of a file without its byte order mark, which is no part of a name.

    Raises
    ------
    ValidationError
        When the bytes are not text in the encoding, or hold NUL characters.
    ArgumentError
        When there is no such encoding of text.
    """
    try:
        text = content.decode(encoding).removeprefix("\ufeff")
        if not is_utf8(encoding):
            text.encode("utf-8")  # some encodings give halves of characters, which no file can hold
    except UnicodeError as error:
        place = f" (byte {error.start + 1} does not fit)" if _has_place(error) else ""
        message = (
            f"{name} is not {encoding} text{place}. Save it as UTF-8, or declare `encoding` under "
            "[file] of a mapping; common ones are gb18030, cp1252, latin-1 and utf-16."
        )
        found = rows_found(name, None, None, "not_in_encoding", message)
        raise ValidationError(message, found) from None
    except (LookupError, ValueError):
        raise ArgumentError(f"There is no encoding {encoding!r}; utf-8 is the usual one.") from None
    if "\0" in text:
        # Tables of text are compared as if they ended there, so that two ids would be one.
        message = (
            f"{name} holds {text.count(chr(0))} NUL character(s), which no text has. If it is "
            "UTF-16, declare `encoding` under [file] of a mapping; else write the file anew."
        )
        raise ValidationError(message, rows_found(name, None, None, "not_in_encoding", message))
    return text


def _has_place(error: UnicodeError) -> TypeGuard[UnicodeDecodeError]:
    return isinstance(error, UnicodeDecodeError)


def holds_half_characters(text: str, parsed: Any) -> bool:
    """Tell whether JSON names characters that no file of text can hold: one half of a pair."""
    if _ESCAPED_HALF.search(text) is None:
        return False
    try:
        json.dumps(parsed, ensure_ascii=False, default=str).encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False
