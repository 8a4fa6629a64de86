"""基金信息披露 (Z34, T32): figures for the public, without anything about single persons."""
