"""Pools, organisations, people, posts, signatures, audit trail, jobs, documents, notices.

Owns: who may do what, who signed what, and what happened. Every app above records through it.
Invariants: no one holds two incompatible posts at one instant; signatures and audit events are
inserted and never changed; a job's claim belongs to the newest epoch.
"""
