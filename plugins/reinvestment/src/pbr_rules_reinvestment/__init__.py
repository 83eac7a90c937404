"""Success payments spent as agreed: a constraint for pbr_rules."""
