"""`python -m pbr_rules` is `pbr`."""

from pbr_rules.cli import main

main()
