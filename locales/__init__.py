"""What patients and staff read, in nine languages, and how it is extracted."""
