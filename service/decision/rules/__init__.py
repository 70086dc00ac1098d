"""What the gates look at: each rule with its evidence and its source."""
