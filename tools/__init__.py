"""Hold the tools that stand beside the application: simulators, checks, benches."""
