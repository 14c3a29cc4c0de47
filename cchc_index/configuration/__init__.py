"""What an operator wrote, read and judged before Django's settings stand: each part a pure function of its words."""
