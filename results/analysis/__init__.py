"""What a ranking is worth: how firm the ranks are, which criteria made them, where points were lost, and where the
council and the respondents see a unit differently."""
