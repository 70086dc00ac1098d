"""The nightly job: learns from exported files, publishes a bundle."""
