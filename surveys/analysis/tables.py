"""The analysis table, computed with pandas from the stored histograms. Pure.

These are statistics for reading (floats, two decimals); points are computed by `surveys.tally` and never pass
through here.
"""

from collections.abc import Collection, Iterable, Sequence

import pandas as pd

CELL = ["group", "unit", "criterion"]
"""What one line of the table is about: ids of a respondent group, a unit, a leaf."""

ENOUGH, TOO_FEW, BESIDE, NONE = "", "too few", "beside", "none"

TableRow = tuple[object, ...]


def distribution(
    cells: Iterable[TableRow],
    answers: Iterable[TableRow],
    options: Sequence[tuple[int, int, int, str, float | None]],
    *,
    small: int,
    beside: Collection[tuple[int, int, int]] = (),
) -> pd.DataFrame:
    """One line per asked cell, in the order of `cells`.

    `cells`: (group, unit, criterion, planned ballots or None); `answers`: (group, unit, criterion, answer value,
    valid ballots); `options`: (group, criterion, answer value, label, share of the maximum or None for an answer
    outside the mean). Columns: CELL, `planned`, `n` (answers that enter the mean), `coverage` (n in percent of the
    plan), `mean` (mean share of the maximum in percent), one column per answer, `(value, label)`, with its share in
    percent, and `note`. Mean and shares are missing where fewer than `small` answered: they would tell what single
    people said; and in the lines `beside` them (group, unit, criterion) that would give them away. Of lines that are
    not told `n` counts all answers, as pages do: beside theirs, the answers that enter would tell those that do not.
    """
    asked = pd.DataFrame(cells, columns=[*CELL, "planned"]).astype({"planned": "Float64"})
    scale = pd.DataFrame(options, columns=["group", "criterion", "value", "label", "share"]).astype({"share": float})
    asked_for = ["group", "criterion", "value"]
    given = pd.DataFrame(answers, columns=[*CELL, "value", "count"]).merge(scale, on=asked_for, how="left")
    table = asked.merge(_moments(given), on=CELL, how="left").merge(_shares(given, scale), on=CELL, how="left")
    table["n"] = table["n"].fillna(0).astype(int)
    table["note"] = table["n"].map(lambda n: NONE if n == 0 else TOO_FEW if n < small else ENOUGH)
    lines = table[CELL].itertuples(index=False)
    kept = pd.Series([tuple(line) in beside for line in lines], index=table.index, dtype=bool)
    table["note"] = table["note"].mask(kept & (table["note"] == ENOUGH), BESIDE)
    told = ["mean", *answers_of(table)]
    table[told] = table[told].where((table["n"] >= max(small, 1)) & (table["note"] != BESIDE)).round(2)
    table["n"] = table["n"].mask(table["note"].isin([TOO_FEW, BESIDE]), table["given"]).astype(int)
    table["coverage"] = (table["n"] / table["planned"].where(table["planned"] > 0) * 100).round(2)
    return table[[*CELL, "planned", "n", "coverage", *told, "note"]]


def answers_of(table: pd.DataFrame) -> list[tuple[int, str]]:
    """The answer columns, by value and label."""
    return sorted(column for column in table.columns if isinstance(column, tuple))


def _moments(given: pd.DataFrame) -> pd.DataFrame:
    """How many answers of each cell there are and how many enter the mean; the mean share of the maximum in percent."""
    counted = given["count"].where(given["share"].notna(), 0)
    worth = given.assign(counted=counted, worth=counted * given["share"].fillna(0) * 100)
    sums = worth.groupby(CELL, as_index=False).agg(given=("count", "sum"), n=("counted", "sum"), worth=("worth", "sum"))
    return sums.assign(mean=sums["worth"] / sums["n"]).drop(columns="worth")


def _shares(given: pd.DataFrame, scale: pd.DataFrame) -> pd.DataFrame:
    """The share of each answer in percent; missing where a question's scale has no such answer."""
    counted = given.pivot_table(index=CELL, columns=["value", "label"], values="count", aggfunc="sum")
    every = pd.MultiIndex.from_frame(scale[["value", "label"]].drop_duplicates().sort_values(["value", "label"]))
    counted = counted.reindex(columns=every)
    shares = counted.fillna(0).div(counted.sum(axis=1), axis=0) * 100
    offered = set(zip(scale["group"], scale["criterion"], scale["value"], scale["label"], strict=True))
    groups, criteria = shares.index.get_level_values("group"), shares.index.get_level_values("criterion")
    for value, label in shares.columns:
        fits = [(*asked, value, label) in offered for asked in zip(groups, criteria, strict=True)]
        shares[value, label] = shares[value, label].where(fits)
    shares.columns = shares.columns.to_flat_index()
    return shares.reset_index()
