"""The language's words by place, and the words that people bring from elsewhere."""

from __future__ import annotations

import re

from attrs import frozen

DECLARATIONS = (
    *("language", "uses", "contract", "category", "period", "records", "parameter", "scale", "measure"),
    *("define", "payment", "limit", "constraint", "variation", "example"),
)
"""Words that begin a clause of the contract."""

RESERVED = frozenset(
    [
        *("and", "or", "not", "is", "of", "in", "to", "from", "by", "across"),
        *("within", "after", "before", "at", "above", "below"),
        *("where", "when", "otherwise", "pay", "deduct", "cap", "floor"),
        *("nothing", "unknown", "missing"),
    ]
)
"""Words that can never be a name, so that a sentence has one reading."""

CLAUSES: dict[str, tuple[str, ...]] = {
    "contract": ("payer", "provider", "party", "purpose", "currency", "runs", "payments", "scope", "calendar"),
    "records": ("one row per", "one row", "known from", "exclude", "at most"),
    "parameter": ("from", "otherwise"),
    "scale": (
        *("each band gives", "each slice at its own rate", "straight line between points"),
        *("below", "at least", "at most", "above", "at"),
    ),
    "measure": ("where", "once for each", "among", "except days of", "in runs of", "ignoring gaps of", "reaches"),
    "payment": (
        *("when", "otherwise when", "otherwise", "pay", "deduct", "less", "plus", "cap", "floor", "rounded to"),
        *("shared", "from", "never recovered"),
    ),
    "limit": ("covers", "at most"),
    "constraint": ("requires", "otherwise", "where"),
    "example": ("given", "expect"),
    "variation": DECLARATIONS,
}
"""Words that begin a line of a block."""

HOLDS: dict[str, str] = {
    "contract": "a contract has its parties, `currency:`, `runs:`, `payments:`, and if need be `purpose:`, `scope:` and `calendar:`",
    "category": "a category lists its members, with commas between them",
    "period": "a period has lines such as `year_1: 2021-04-01 to 2022-03-31`",
    "records": "records have columns such as `joined: date`, and lines that begin `one row per`, `known from`, `exclude` or `at most`",
    "parameter": "a table has lines such as `entered: £600`, or a grid between bars `|`",
    "scale": "a scale has its sentence, such as `each band gives`, and bands such as `at least 5% and below 20%: £100`",
    "measure": "a measure has what it counts, such as `count of claims for clients`, then `where`, `once for each`, "
    "`among` or `value:`; `from … until …` stands right after what is counted, where that is days",
    "payment": "a payment has `pay` or `deduct`, after `when` and `otherwise` where it depends, and then its steps",
    "limit": "a limit has `covers` and `at most`",
    "constraint": "a constraint has `requires` and `otherwise`",
    "variation": "a variation has whole clauses that stand in for those of the same name",
    "example": "an example has lines that begin `given` or `expect`",
}
"""What a block is made of, said for a reader."""

HEADING_WORDS: dict[str, str] = {
    **dict.fromkeys(("let", "set", "var", "variable", "const", "def", "function", "figure", "calculate"), "define"),
    **dict.fromkeys(
        ("input", "table", "tariff", "rate", "rates", "price", "prices", "ratecard", "constant"), "parameter"
    ),
    **dict.fromkeys(("schedule", "band", "bands", "tier", "tiers", "slab"), "scale"),
    **dict.fromkeys(("requirement", "condition", "duty", "rule", "obligation"), "constraint"),
    **dict.fromkeys(("dataset", "data", "file", "record", "evidence", "source"), "records"),
    **dict.fromkeys(("enum", "type", "list", "categories", "group", "groups"), "category"),
    **dict.fromkeys(("test", "scenario", "case", "examples"), "example"),
    **dict.fromkeys(("metric", "indicator", "kpi", "count", "tally"), "measure"),
    **dict.fromkeys(("fee", "bonus", "award", "pay", "payments"), "payment"),
    **dict.fromkeys(("cap", "ceiling", "maximum"), "limit"),
    **dict.fromkeys(("scheme", "agreement", "deal"), "contract"),
    **dict.fromkeys(("amendment", "reading", "variant"), "variation"),
    **dict.fromkeys(("import", "include", "use", "using", "plugin"), "uses"),
    **dict.fromkeys(("year", "quarter", "months", "dates"), "period"),
}
"""Words that people begin a clause with, and ours."""


@frozen
class Elsewhere:
    """A phrase from elsewhere and what is said here. `instead`: what to read, None where no one word would do."""

    pattern: str
    say: str
    instead: str | None = None
    blocks: tuple[str, ...] = ()

    def match(self, text: str, start: int) -> re.Match[str] | None:
        """Whether a text has it there."""
        return re.compile(self.pattern).match(text, start)


def _elsewhere(pattern: str, say: str, instead: str | None = None, *blocks: str) -> Elsewhere:
    return Elsewhere(rf"(?:{pattern})(?!\w)", say, instead, blocks)


ELSEWHERE: tuple[Elsewhere, ...] = (
    _elsewhere(r"else\s+if|elseif|elif|elsif|or\s+when", "write `otherwise when`", "otherwise when"),
    _elsewhere(r"else", "write `otherwise`", "otherwise"),
    _elsewhere(r"if", "write `when`", "when", "payment", "define"),
    _elsewhere(r"if", "write `where` for rows, `when` for a payment"),
    _elsewhere(r"then", "leave it out: `pay` or `use` follows the condition", ""),
    _elsewhere(r"unless", "write `when not (…)`", None),
    _elsewhere(r"(?:is\s+)?equals|(?:is\s+)?equal\s+to|is\s+equal|is\s+the\s+same\s+as", "write `is`", "is"),
    _elsewhere(
        r"(?:is\s+)?(?:not\s+less|no\s+less|no\s+lower|not\s+below)(?:\s+than)?", "write `is at least`", "is at least"
    ),
    _elsewhere(r"(?:no|not)\s+more(?:\s+than)?|up\s+to|max(?:imum)?(?:\s+of)?", "write `at most`", "at most", "limit"),
    _elsewhere(
        r"(?:is\s+)?(?:no\s+more|not\s+more|no\s+greater|not\s+above)(?:\s+than)?", "write `is at most`", "is at most"
    ),
    _elsewhere(r"(?:is\s+)?up\s+to", "write `is at most` in a test, `at most` in a scale", "is at most"),
    _elsewhere(r"(?:is\s+)?(?:greater|more|higher|larger|bigger)\s+than|exceeds", "write `is above`", "is above"),
    _elsewhere(r"(?:is\s+)?(?:less|lower|smaller|fewer)\s+than", "write `is below`", "is below"),
    _elsewhere(r"(?:is\s+)?over(?=\s+[£\d])", "write `is above`", "is above"),
    _elsewhere(r"(?:is\s+)?under(?=\s+[£\d])", "write `is below`", "is below"),
    _elsewhere(r"(?:is\s+)?on\s+or\s+(?:after|before)", "write `is on or after`, or `is on or before`"),
    _elsewhere(r"(?:is\s+)?in\s*(?=\()", "write `is one of`", "is one of"),
    _elsewhere(r"(?:is\s+)?between", "write `x is at least a and x is below b`; between two days `x from a to b`"),
    _elsewhere(
        r"(?:is\s+)?(?:null|none|nil|blank|empty)|is\s+not\s+(?:null|none|nil|blank|empty)",
        "write `is missing`, or `is known`",
    ),
    _elsewhere(r"assert|should|check|verify", "write `expect`", "expect", "example"),
    _elsewhere(r"when|where|assume|set|let|with", "write `given`", "given", "example"),
    _elsewhere(r"return|pays|paid|payable|amount", "write `pay`", "pay", "payment"),
    _elsewhere(r"refund|clawback|penalty|deducts|recover|withhold", "write `deduct`", "deduct", "payment"),
    _elsewhere(
        r"max|maximum|ceiling|limit|at\s+most",
        "write `cap` for the payment itself; over several payments declare a `limit`",
        "cap",
        "payment",
    ),
    _elsewhere(r"min|minimum|at\s+least", "write `floor`", "floor", "payment"),
    _elsewhere(r"minus|subtract", "write `less`", "less", "payment"),
    _elsewhere(r"add", "write `plus`", "plus", "payment"),
    _elsewhere(r"bonus", "declare another `payment` for it", None, "payment"),
    _elsewhere(r"max|maximum|cap|up\s+to", "write `at most`", "at most", "limit"),
    _elsewhere(r"cover|over|applies\s+to", "write `covers`", "covers", "limit"),
    _elsewhere(r"require|must|needs", "write `requires`", "requires", "constraint"),
    _elsewhere(r"if|when|filter|having|condition", "write `where`", "where", "measure"),
    _elsewhere(
        r"(?:once\s+)?per(?=\s+[a-z])|distinct|unique|once\s+for|one\s+for\s+each",
        "write `once for each`",
        "once for each",
        "measure",
    ),
    _elsewhere(
        r"group\s+by|by", "write `by` in the heading, before `{`", None, "measure", "payment", "limit", "constraint"
    ),
    _elsewhere(
        r"across",
        "write `across` in the heading of a `define`, or in `total of … across …`",
        None,
        "measure",
        "payment",
    ),
    _elsewhere(
        r"tiered|marginal|slab|stepped", "write `each slice at its own rate`, or `each band gives`", None, "scale"
    ),
    _elsewhere(r"linear|sliding|interpolated", "write `straight line between points`", None, "scale"),
    _elsewhere(r"step|flat|whole", "write `each band gives`", None, "scale"),
    _elsewhere(r"up\s+to|to", "write `at most`, or `below`", "at most", "scale"),
    _elsewhere(
        r"from|over|more\s+than",
        "write `at least` where the end belongs to the band, `above` where it does not",
        "at least",
        "scale",
    ),
    _elsewhere(r"less\s+than|under", "write `below`", "below", "scale"),
    _elsewhere(r"else|otherwise|default|rest", "give the last band its end, such as `at least 20%:`", None, "scale"),
    _elsewhere(r"hurdle|trigger|threshold|condition", "write `when`", "when", "payment"),
    _elsewhere(r"over", "write `across`", "across"),
    _elsewhere(r"each\s+(?=[a-z]\w*\s*\()", "write `for every … (…)`", "for every "),
    _elsewhere(
        r"for\s+each|for\s+all", "write `for every … (…)` for a condition, `once for each` in a measure", "for every"
    ),
    _elsewhere(r"business\s+days?|workdays?|working-days?|weekdays?", "write `working days`", "working days"),
    _elsewhere(r"working\s+(?:weeks?|months?|years?)", "only days are working days: write `15 working days`"),
    _elsewhere(r"percent|per\s+cent|pc", "write `%` after the figure"),
    _elsewhere(r"thousand|hundred", "write the number out: `£5,000`"),
    _elsewhere(r"as\s+at|starting\s+from|starting", "write `starting on`", "starting on"),
    _elsewhere(r"since|following", "write `after`", "after"),
    *(
        _elsewhere(
            f"(?i:{re.escape(mark).join(f'{part[0]}+' for part in form)})",
            f"write `{mark.join(form)}`",
            mark.join(form),
        )
        for mark in ("/", "-", ".")
        for form in (("day", "month", "year"), ("month", "day", "year"), ("year", "month", "day"))
    ),
    _elsewhere(r"integer|int|whole", "write `count`, or `number, 2 places`", "count", "records"),
    _elsewhere(r"string|str|varchar", "write `text`", "text", "records"),
    _elsewhere(r"bool|boolean|yes/no|tick", "write `flag`", "flag", "records"),
    _elsewhere(r"decimal|float|currency|gbp", "write `money`, or `number, 2 places`", "money", "records"),
    _elsewhere(r"datetime|timestamp|day", "write `date`", "date", "records"),
    _elsewhere(
        r"required|mandatory|not\s+null",
        "leave it out: a column is always filled unless it says `optional`",
        "",
        "records",
    ),
    _elsewhere(r"nullable|blank", "write `optional`", "optional", "records"),
)
"""In this order; those with blocks hold only there."""

_VALUES = {
    **dict.fromkeys(
        ("null", "none", "nil", "na", "blank", "empty"),
        "write `is missing` of a cell without a value; `£0` is a sum, and `nothing` a payment of £0",
    ),
    **dict.fromkeys(("zero",), "write `0`, or `£0`"),
    **dict.fromkeys(("tbc", "tbd", "confidential"), 'write `unknown "why"`'),
    **dict.fromkeys(("true", "yes"), "name the flag alone: `where starter`"),
    **dict.fromkeys(("false", "no"), "write `not` before the flag: `where not starter`"),
    **dict.fromkeys(("sum", "total"), "write `total of x across …`"),
    **dict.fromkeys(("average", "avg", "mean"), "write `average of x across …`"),
    **dict.fromkeys(("max", "maximum"), "write `greater of a and b`, or `largest of x across …`"),
    **dict.fromkeys(("min", "minimum"), "write `lower of a and b`, or `smallest of x across …`"),
    **dict.fromkeys(("round", "roundup", "rounddown"), "write `(x rounded to £1 half up)`"),
    **dict.fromkeys(("if", "iif"), "write `when … use …` lines and `otherwise use …` in a `define`"),
    **dict.fromkeys(("count", "countif", "sumif", "sumifs", "countifs"), "count in a `measure`"),
    **dict.fromkeys(("int", "floor", "trunc"), "write `whole(x)`"),
    **dict.fromkeys(("today", "now"), "a contract does not read the clock; name a day"),
}


def instead_of(name: str) -> str | None:
    """What is written here for a name that people bring from elsewhere: `null`, `sum`, `tbc`."""
    return _VALUES.get(name.lower())
