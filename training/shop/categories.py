"""What kinds of things the shop sells, and what goes with what: plain data, meant to be edited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Category:
    """One kind of thing. Sizes are typical width, depth and height in cm, and weight in kg."""

    code: str
    """Begins the ids of its items."""
    name: str
    nouns: tuple[str, ...]
    room: str
    price: tuple[float, float]
    """GBP, the cheapest and the dearest."""
    margin: float
    demand: float
    """How often it is wanted, relative to the others."""
    returns: float
    """About the share of its lines that comes back."""
    materials: tuple[str, ...]
    size: tuple[float, float, float, float] | None = None
    season: str = "even"
    pieces: tuple[int, ...] = (1,)
    """Quantities that people order, each as likely."""
    once: bool = False
    """One is enough for years: few customers buy a second."""
    rhythm: tuple[float, float] | None = None
    """Days until it is used up, for things that are bought again and again."""
    rotatable: str | None = None
    """How it may be turned to fit a space, in the words of `models.fit.TURNS`."""


WOODS = ("oak", "walnut", "pine", "bamboo", "painted steel")
CLOTHS = ("linen", "cotton", "wool", "velvet")

CATEGORIES: Final = (
    Category("SOF", "sofas", ("Sofa", "Corner Sofa", "Sofa Bed"), "living", (320, 1900), 0.48, 0.9,
             0.11, CLOTHS, (205, 92, 84, 62), "home", once=True),
    Category("ARM", "armchairs", ("Armchair", "Reading Chair", "Rocker"), "living", (120, 690),
             0.48, 1.1, 0.10, CLOTHS, (78, 82, 92, 24), "home"),
    Category("BKC", "bookcases", ("Bookcase", "Shelf Unit", "Ladder Shelf"), "study", (45, 420),
             0.46, 2.6, 0.11, WOODS, (80, 30, 170, 29), "home"),
    Category("DTB", "dining tables", ("Dining Table", "Extending Table"), "dining", (110, 980),
             0.47, 0.8, 0.10, WOODS, (155, 88, 75, 41), "home", once=True, rotatable="width-depth"),
    Category("DCH", "dining chairs", ("Dining Chair", "Bench", "Stool"), "dining", (35, 190), 0.47,
             1.6, 0.09, WOODS, (46, 50, 84, 6), "home", (1, 2, 2, 4, 4, 6)),
    Category("BED", "bed frames", ("Bed Frame", "Ottoman Bed", "Day Bed"), "bedroom", (130, 990),
             0.47, 0.9, 0.10, WOODS, (152, 208, 100, 47), "home", once=True),
    Category("MAT", "mattresses", ("Mattress", "Foam Mattress"), "bedroom", (110, 850), 0.52, 0.7,
             0.10, ("foam", "pocket springs", "latex"), (140, 198, 22, 26), "home", once=True),
    Category("WRD", "wardrobes", ("Wardrobe", "Chest of Drawers"), "bedroom", (90, 890), 0.46, 1.2,
             0.11, WOODS, (105, 56, 150, 58), "home"),
    Category("DSK", "desks", ("Desk", "Standing Desk", "Secretary"), "study", (70, 560), 0.46, 1.2,
             0.11, WOODS, (118, 60, 76, 31), "home", once=True),
    Category("RUG", "rugs", ("Rug", "Runner"), "living", (25, 460), 0.55, 2.2, 0.11,
             ("wool", "jute", "cotton"), (150, 210, 1.2, 9), rotatable="width-depth"),
    Category("CUR", "curtains", ("Curtains", "Blind", "Sheer Curtains"), "living", (18, 160), 0.56,
             2.0, 0.12, CLOTHS, (140, 2, 228, 2.2), "home", (1, 1, 2)),
    Category("LMP", "lamps", ("Table Lamp", "Floor Lamp", "Pendant"), "living", (15, 240), 0.54,
             3.4, 0.07, ("brass", "glass", "paper", "ceramic"), (32, 32, 62, 2.6), "warmth",
             (1, 1, 2)),
    Category("CSH", "cushions and throws", ("Cushion", "Throw", "Floor Cushion"), "living",
             (8, 75), 0.58, 4.2, 0.05, CLOTHS, (48, 48, 14, 0.7), "warmth", (1, 1, 2, 2, 4)),
    Category("CKW", "cookware", ("Saucepan", "Casserole", "Frying Pan", "Knife Set"), "dining",
             (14, 190), 0.50, 3.2, 0.05, ("cast iron", "steel", "copper"), (30, 28, 14, 2.4)),
    Category("TBW", "tableware", ("Dinner Plate", "Bowl Set", "Tumblers", "Jug"), "dining",
             (5, 85), 0.58, 4.0, 0.05, ("stoneware", "glass", "porcelain"), (26, 26, 9, 1.2),
             "even", (1, 1, 2, 4, 6)),
    Category("GDN", "garden furniture", ("Garden Table", "Lounger", "Garden Bench"), "garden",
             (55, 890), 0.46, 2.2, 0.09, ("teak", "eucalyptus", "aluminium"), (128, 75, 78, 22),
             "garden", rotatable="width-depth"),
    Category("PLT", "planters", ("Planter", "Plant Pot", "Window Box"), "garden", (6, 95), 0.57,
             3.6, 0.04, ("terracotta", "zinc", "ceramic"), (34, 32, 31, 3.4), "garden", (1, 1, 2)),
    Category("AIR", "air purifiers", ("Air Purifier", "Humidifier"), "bedroom", (49, 390), 0.38,
             1.0, 0.08, ("plastic", "aluminium"), (28, 26, 52, 5.2), "warmth", once=True),
    Category("DEC", "decorations and gifts", ("Vase", "Wreath", "Photo Frame", "Gift Box"),
             "living", (5, 80), 0.60, 4.6, 0.06, ("glass", "ceramic", "paper", "brass"),
             (22, 20, 26, 0.9), "gifts", (1, 1, 2)),
    Category("FIX", "wall fixings", ("Wall Anchors", "Picture Hooks", "Brackets"), "study",
             (3, 19), 0.62, 0.6, 0.015, ("steel",), None, "home", (1, 1, 2)),
    Category("CDL", "candles", ("Scented Candle", "Pillar Candle", "Tealights"), "living", (4, 42),
             0.62, 2.6, 0.02, ("soy wax", "beeswax"), (9, 9, 11, 0.4), "warmth", (1, 1, 2, 3),
             rhythm=(32, 90)),
    Category("FRG", "fragrance refills", ("Diffuser Refill", "Linen Spray"), "bedroom", (6, 34),
             0.62, 1.3, 0.02, ("glass",), None, "even", (1, 1, 2), rhythm=(35, 90)),
    Category("BLB", "light bulbs", ("LED Bulb", "Filament Bulb"), "living", (3, 24), 0.55, 1.2,
             0.025, ("glass",), None, "even", (1, 2, 2, 4), rhythm=(70, 180)),
    Category("BDG", "bedding", ("Duvet Cover", "Fitted Sheet", "Pillowcases"), "bedroom",
             (12, 140), 0.55, 2.6, 0.06, CLOTHS, (140, 200, 1, 1.3), "even", (1, 1, 2),
             rhythm=(90, 200)),
    Category("FEED", "plant food", ("Plant Food", "Potting Soil", "Seed Mix"), "garden", (4, 28),
             0.56, 1.5, 0.015, ("organic",), None, "growing", (1, 1, 2), rhythm=(30, 70)),
    Category("CLN", "cleaning", ("Surface Cleaner", "Washing Soap", "Dish Brush", "Cloths"),
             "dining", (3, 24), 0.52, 1.6, 0.012, ("plant based", "cotton"), None, "even",
             (1, 2, 2, 3), rhythm=(26, 65)),
    Category("FLT", "filters", ("HEPA Filter", "Water Filter Cartridges"), "dining", (9, 58), 0.60,
             0.9, 0.02, ("activated carbon",), None, "even", (1, 1, 2), rhythm=(40, 110)),
    Category("CAR", "wood care", ("Wood Oil", "Furniture Wax", "Leather Balm"), "dining", (7, 32),
             0.58, 0.7, 0.015, ("linseed oil", "beeswax"), None, "growing", rhythm=(80, 170)),
)  # fmt: skip

# (what, goes with, chance in the same order, chance within the next weeks)
BUNDLES: Final = (
    ("bookcases", "wall fixings", 0.45, 0.12),
    ("wardrobes", "wall fixings", 0.35, 0.12),
    ("lamps", "light bulbs", 0.42, 0.18),
    ("bed frames", "mattresses", 0.45, 0.20),
    ("mattresses", "bedding", 0.30, 0.25),
    ("dining tables", "dining chairs", 0.40, 0.30),
    ("sofas", "cushions and throws", 0.30, 0.25),
    ("desks", "lamps", 0.22, 0.20),
    ("garden furniture", "wood care", 0.28, 0.22),
    ("planters", "plant food", 0.38, 0.20),
    ("air purifiers", "filters", 0.35, 0.30),
    ("decorations and gifts", "candles", 0.20, 0.10),
)

# Styles, each with the names of its collections and the colours it comes in.
STYLES: Final = {
    "nordic": (("Solvik", "Lunde", "Haga", "Fjell", "Birka"), ("white", "ash grey", "birch")),
    "classic": (("Ashdown", "Wexford", "Harcourt", "Pembury"), ("cream", "navy", "mahogany")),
    "industrial": (("Foundry", "Quayside", "Gantry", "Rivet"), ("black", "graphite", "rust")),
    "coastal": (("Porthleven", "Saltmarsh", "Harbour", "Dune"), ("sky blue", "sand", "chalk")),
    "boho": (("Marrakesh", "Juniper", "Sirocco", "Wilder"), ("terracotta", "ochre", "plum")),
    "modern": (("Fairelane", "Orbit", "Mono", "Keystone"), ("tan", "forest green", "charcoal")),
}
KNOWN_ISSUES: Final = (
    "Some units left the works without their fixings; a bag of fixings is sent on request",
    "A seam may open in the first weeks; the supplier replaces it",
    "Finish differs from the picture; new pictures are on the way",
    "One batch arrived with hairline cracks; later batches are checked by hand",
)
