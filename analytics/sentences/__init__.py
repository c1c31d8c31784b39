"""So-what sentences: what the numbers say, how sure it is, and where to look next, in plain words."""
