"""The line of a unit as SQL: what it came from and what became of it, over any number of steps.

Only straight up and straight down: two units that merged into one are not of each other's line, nor are the parts of
one that was split. Written in SQL because a page asks once who somebody is, roles and lines together.
"""


def tables(start: str) -> str:
    """Two common tables, `later(root, unit)` and `earlier(root, unit)`, for a WITH RECURSIVE. `start` is a SELECT of
    two columns, a root (whoever the line is read for) and the unit it begins at, which is in both tables. Every pair
    is taken once, so rows that lead in a circle come to an end."""
    return f"""
later(root, unit) AS (
    {start}
    UNION
    SELECT later.root, step.successor_id FROM later JOIN units_succession step ON step.predecessor_id = later.unit
    WHERE step.successor_id IS NOT NULL
),
earlier(root, unit) AS (
    {start}
    UNION
    SELECT earlier.root, step.predecessor_id FROM earlier JOIN units_succession step ON step.successor_id = earlier.unit
)"""  # noqa: S608 – `start` is the program's own
