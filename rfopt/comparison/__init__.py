"""A walk test against the one after the fix: paired by room, each figure's difference with its chance, a verdict.

`visits` reads a case as rooms; `chance` says what a figure counted over minutes is worth; `pairing` compares two
visits; `verdicts` says fixed, better, no change or worse; `comparable` says where the two logs are not alike; `promise`
holds the re-test against what a plan promised.
"""
