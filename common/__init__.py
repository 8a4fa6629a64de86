"""Kernel: what every app may use. No models, no app imports; a closed list of modules."""
