"""Everything that customers come to want in the window: wishes and needs, with their reasons."""

from __future__ import annotations

from training.shop.catalogue import Catalogue
from training.shop.chance import stream
from training.shop.columns import joined, rows
from training.shop.customers import Customers
from training.shop.rhythms import Rhythms, make_rhythms, needs_of
from training.shop.seasons import Calendar
from training.shop.wishes import (
    Wants,
    fits_budget,
    impulses_at,
    not_owned,
    partners_of,
    room_wishes,
)


def make_wants(
    seed: int, calendar: Calendar, catalogue: Catalogue, customers: Customers
) -> tuple[Wants, Rhythms]:
    """All wants, in no particular order, and the rhythms that the needs among them follow."""
    wishes = room_wishes(stream(seed, "wishes"), calendar, catalogue, customers)
    wishes = rows(wishes, fits_budget(catalogue, customers, wishes))
    partners = partners_of(stream(seed, "partners"), catalogue, wishes)
    rhythms = make_rhythms(stream(seed, "rhythms"), calendar, catalogue, customers, partners)
    needs = needs_of(stream(seed, "needs"), calendar, catalogue, customers, rhythms)
    impulses = impulses_at(stream(seed, "impulses"), catalogue, customers, needs)
    wishes = joined(wishes, partners, impulses)
    wishes = rows(wishes, not_owned(stream(seed, "owned"), catalogue, wishes))
    wants = joined(wishes, needs)
    sold = catalogue.on_sale(wants.item, wants.day) & (wants.day < calendar.days)
    return rows(wants, sold), rhythms
