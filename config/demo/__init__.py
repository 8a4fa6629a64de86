"""The demo city: invented people, three months of history, and work waiting at every post.

Everything is derived from the day it is loaded and from a seed; nothing here belongs to a real
person. Only `config.management.commands` and the tests import this package.
"""
