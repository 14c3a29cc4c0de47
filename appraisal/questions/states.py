"""The life of a question to a unit: who may do what in which state. No Django here."""

OPEN, ANSWERED, CLOSED = "open", "answered", "closed"
ASK, ANSWER, CLOSE, ASSIGN = "ask", "answer", "close", "assign"
TRANSITIONS: dict[tuple[str, str], str] = {
    (ASK, OPEN): OPEN,
    (ASK, ANSWERED): OPEN,
    (ASK, CLOSED): OPEN,
    (ANSWER, OPEN): ANSWERED,
    (ANSWER, ANSWERED): ANSWERED,
    (CLOSE, OPEN): CLOSED,
    (CLOSE, ANSWERED): CLOSED,
    (ASSIGN, OPEN): OPEN,
    (ASSIGN, ANSWERED): ANSWERED,
}
"""(verb, state) → the state afterwards; what is not listed cannot be done. The council asks, asks again and
closes; the unit answers and says who of its people does."""


def after(verb: str, state: str) -> str | None:
    return TRANSITIONS.get((verb, state))
