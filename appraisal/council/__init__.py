"""Hội đồng thẩm định as a body: who sits on it, what it decides by majority, and what it approves."""
