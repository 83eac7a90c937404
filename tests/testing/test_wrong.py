"""Each law rejects what it is for, and rejects it first: so none of them is idle, and none is another one over again."""

from __future__ import annotations

import pytest

from pbr_rules.testing import Laws
from pbr_rules.testing.laws import LAWS
from pbr_rules.testing.wrong import WRONG


def first_broken(laws: type[Laws]) -> tuple[str, str]:
    """The first law that does not hold, and what it says."""
    for name in LAWS:
        try:
            getattr(laws(), name)()
        except pytest.skip.Exception:
            continue
        except Exception as error:
            return name, str(error)
    return "", ""


def test_there_is_something_wrong_for_each_law_in_order() -> None:
    assert tuple(WRONG) == LAWS


@pytest.mark.parametrize("law", LAWS)
def test_what_is_wrong_is_rejected_by_its_law_first(law: str) -> None:
    name, said = first_broken(WRONG[law])
    assert name == law, said
    assert said


@pytest.mark.parametrize("law", LAWS)
def test_each_law_says_what_it_asks(law: str) -> None:
    assert (getattr(Laws, law).__doc__ or "").strip().endswith(".")
