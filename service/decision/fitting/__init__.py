"""What a contact asks of an item, and what to say of what does not fit."""
