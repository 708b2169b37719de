"""Parts are killed and stopped at random while books are kept."""
