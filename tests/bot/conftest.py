"""Scripts here are run by the agent's own Python, not collected by this one."""

collect_ignore = ["slashes.py", "serving.py"]
