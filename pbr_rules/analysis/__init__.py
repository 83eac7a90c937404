"""What can be said of a contract before anybody is paid: lints, and its own worked examples."""
