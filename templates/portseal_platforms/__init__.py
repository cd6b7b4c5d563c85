"""Platform folders: each folder beside this file describes one vendor's operating system as data."""
