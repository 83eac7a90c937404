"""`pbr explain` goes from a figure down to its records, and names its clause."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

TERMS = """# The scheme

## Part 4: Payments

```pbr
language 1
contract plain "Plain" {
  payer a: "A"
  provider b: "B"
  currency: GBP
  payments: rounded to £0.01 half up
}
category site { north "North" }
payment fee "Fee" by site { pay £5 }
payment bonus "Bonus" by site { clause: "Schedule 2, 4.1"  pay £10 }
constraint kept "Kept" by site { requires fee is at least £1  otherwise breach }
```
"""


def test_the_clause_is_as_written_or_the_headings_above(pbr: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "terms.md").write_text(TERMS, encoding="utf-8")
    for line, clause in (("fee[north]", "The scheme › Part 4: Payments"), ("bonus[north]", "Schedule 2, 4.1")):
        ran = pbr("explain", "terms.md", "--line", line)
        assert ran.code == 0, ran.err
        assert f"\n    clause: {clause}\n" in ran.out
        assert json.loads(pbr("explain", "terms.md", "--line", line, "--format", "json").out)["clause"] == clause
    settlement = json.loads(pbr("settle", "terms.md", "--format", "json").out)["settlement"]
    assert settlement["constraints"][0]["clause"] == "The scheme › Part 4: Payments"


def test_a_contract_without_headings_has_no_clause(pbr: Callable[..., Any]) -> None:
    assert "clause:" not in pbr("explain", "tarp", "--line", "fall").out
