"""Documents of the round: plan, guidance, forms and decisions, posted for those they concern."""
