"""The institute signs the table of points by name, Sở Nội vụ receives it; what changes afterwards stays visible."""
