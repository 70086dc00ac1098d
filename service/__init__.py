"""What runs while the customer is on the line."""
