"""`portseal <verb>`, one file a verb."""
