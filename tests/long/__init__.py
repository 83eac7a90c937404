"""What `.ci/long` runs beside the ordinary tests."""
