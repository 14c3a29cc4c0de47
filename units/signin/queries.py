"""How often a password was guessed lately."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Count, Q

from cchc_index.lib import clock

from .models import WrongGuess


def is_over(guess: WrongGuess) -> bool:
    """Whether this guess, already counted, is one too many: from a device of the account's own by that device alone;
    from elsewhere by name, by address, and by both. One query."""
    return any(count > limit for count, limit in _counts(guess))


def is_last(guess: WrongGuess) -> bool:
    """Whether this guess uses up a limit of the name. One query."""
    return any(count == limit for count, limit in _counts(guess)[:2])


def _counts(guess: WrongGuess) -> list[tuple[int, int]]:
    """How often, and how often at most: the name's own first, the address last."""
    recent = WrongGuess.objects.filter(at__gt=clock.now() - timedelta(minutes=settings.GUESS_MINUTES))
    if guess.device:
        return [(recent.filter(name=guess.name, device=guess.device).count(), settings.GUESSES_BY_DEVICE)]
    by_name, by_address = Q(name=guess.name), Q(address=guess.address)
    counts = recent.filter(by_name | by_address, device="").aggregate(
        of_name=Count("pk", filter=by_name),
        of_address=Count("pk", filter=by_address),
        of_both=Count("pk", filter=by_name & by_address),
    )
    return [
        (counts["of_name"], settings.GUESSES_BY_NAME),
        (counts["of_both"], settings.GUESSES_BY_BOTH),
        (counts["of_address"], settings.GUESSES_BY_ADDRESS),
    ]
