"""The engine that carries a plan out."""
