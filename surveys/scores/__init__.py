"""From ballots to tallies, from tallies and figures to points."""
