"""Tables of the tables: one CSV a table, one row a column (see rfopt.tables)."""
