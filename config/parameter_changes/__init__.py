"""参数变更: applications for policy values and onboarding states, and what may be asked for."""
