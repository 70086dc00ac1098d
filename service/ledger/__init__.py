"""PostgreSQL, the truth. SQL lives in this package and nowhere else."""
