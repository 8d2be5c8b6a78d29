"""What a plan is worth, whom it harms, how sure that is, and the search for the best one."""
