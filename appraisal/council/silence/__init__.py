"""What it means when a unit or a member says nothing until a stage ends: stated beforehand, printed afterwards."""
