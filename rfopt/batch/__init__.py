"""Many cases: found, worked on by several processes or machines, and summed up.

The way of a case: `jobs` finds it and says whether it is done already → `lane` hands it to a process of its own, which
may crash, hang or run out of memory alone → `work` recommends and writes its folder and its record → `merging` holds
the plans of all cases against each other → `summary` tells the whole.
"""
