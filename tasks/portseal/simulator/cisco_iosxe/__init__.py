"""IOS-XE of a Catalyst access switch, 17.x, in legacy `authentication` style until somebody converts it."""
