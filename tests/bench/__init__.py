"""`make bench`: what feedsvc takes, as ratios against limits measured in the same run.

A limit is the least that could do the same work here and now: shared machines vary, ratios
much less. Each pair is measured in turns; the median counts, the spread is shown. Nothing here
fails for being slow.
"""
