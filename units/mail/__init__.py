"""Mail of what concerns a person: an outbox of rows, sent after the transaction that wrote them."""
