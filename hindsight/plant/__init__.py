"""The plant: what installs, prepares, starts, watches and stops the processes of one installation."""
