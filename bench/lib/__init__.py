"""What the rows of bench/ share: results, peers, load, the report."""
