"""One sheet, several offices: areas or criteria given to named people of the unit; rights stay the unit's."""
