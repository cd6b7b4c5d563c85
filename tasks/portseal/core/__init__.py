"""The pure half: values in, values out. Nothing here opens a connection, reads a clock or the environment."""
