"""NHS numbers: the worked example of the NHS Data Dictionary, written in its three ways."""

from __future__ import annotations

import pandas as pd
import pytest

from spineoutcomes.registry.identifiers import digits, possible_identifiers

EXAMPLE = "9434765919"
WHY = "British NHS number (check digit holds)"


def test_one_wrong_digit_is_told() -> None:
    assert digits.is_british([EXAMPLE]).all()
    wrong = [f"{EXAMPLE[:at]}{d}{EXAMPLE[at + 1 :]}" for at in range(10) for d in "0123456789"]
    assert not digits.is_british([text for text in wrong if text != EXAMPLE]).any()


@pytest.mark.parametrize("text", ["943 476 5919", "943-476-5919", "seen; 943 476 5919, ok"])
def test_one_cell_in_the_usual_form_is_counted(text: str) -> None:
    found = possible_identifiers({"patients": pd.DataFrame({"extra": [text, "none", "none"]})})
    assert found.loc[found["why"] == WHY, "n"].tolist() == [1]
    assert "5919" not in found.to_csv()


def test_ten_digits_count_when_most_cells_hold() -> None:
    # A number in eleven holds by chance: one of ten in a column of other numbers says nothing.
    most = pd.DataFrame({"extra": [EXAMPLE, EXAMPLE, "1000000000"]})
    few = pd.DataFrame({"extra": [EXAMPLE, *["1000000000", "9999999999"] * 4]})
    assert WHY in set(possible_identifiers({"patients": most})["why"])
    assert not len(possible_identifiers({"patients": few}))


def test_a_check_digit_of_ten_is_never_given() -> None:
    # Nine digits of which the weighted sum leaves 1: no tenth digit fits.
    assert (0 * 10 + 1 * 9 + 0 * 8 + 2 * 7) % 11 == 1
    assert not digits.is_british([f"010200000{d}" for d in "0123456789"]).any()
