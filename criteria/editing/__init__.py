"""One criterion changed by forms: wording, rule in words with a trial, guidance; a frozen set by two people."""
