"""The words that date an act, as days of the calendar."""
