"""What the agent does when saying is not enough: one file a flow, same name."""
