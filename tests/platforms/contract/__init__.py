"""The contract that every platform is held to: what it can do comes from its folder, nothing here knows a vendor."""
