"""`make bench`: what feedsvc takes, as ratios against limits measured in the same run.

A limit is another program that does the same work, or the least that could do it, here and now:
shared machines vary, ratios much less. Each pair is measured in turns; the median counts, the
spread is shown. Nothing here fails for being slow.
"""
