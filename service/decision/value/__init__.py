"""The parts of the worth of an ask: seconds, queue, uplift, levers."""
