"""Bad input: a catalogue of rows (what comes in, what must happen), tried wherever it can come in.

catalogue/texts.csv    what a person may type into a field of a kind; refused or made canonical
catalogue/fields.csv   which kind every field of every form is of
catalogue/files.csv    what a file of a kind may look like, by the change made to a good one
catalogue/addresses.csv  what may stand in the path and the query of an address

A form, a field or an import without a row fails, so the catalogue grows with the screens.
Nothing may ever answer 500, be half applied, or be refused without saying where and what to do.
"""
