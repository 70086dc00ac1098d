"""Worlds whose truth is known, to test what is concluded from them.

`report.py` makes customers in two arms; `touchpoints.py`, `efforts.py` and `agents.py` plant what
drives sales, what costs money for nothing, and somebody who cheats. `callcentre.py` lets callers
wait while others are asked; `python -m training.worlds callcentre` compares rules for that.
"""
