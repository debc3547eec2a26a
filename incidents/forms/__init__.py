"""The shapes of what people send about incidents, one module a noun; each form ends in a call of one service."""
