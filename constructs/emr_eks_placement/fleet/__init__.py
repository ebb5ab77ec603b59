"""Many job runs from one file: its lines, the zones they are spread over, and the journal by which a fleet is resumed."""
