"""What flow tests stand on."""
