"""Ballots in the app: one-time links, the page behind them, the sealed box, its opening (docs/anonymity.md)."""
