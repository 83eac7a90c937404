"""Milestones reached, sustained and evidenced: measures for pbr_rules."""
