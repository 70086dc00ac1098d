"""A shop made by a seed: a retailer of home and furniture, lifelike enough to learn from.

`make_shop` makes it and knows the truth behind it, `write` stores it; `make.py` is where to read
on. From the shell: python -m training.shop FOLDER --help
"""

from training.shop.make import BadShop, Shop, make_shop, write
from training.shop.truth import Truth

__all__ = ["BadShop", "Shop", "Truth", "make_shop", "write"]
