"""The optional extra: likeness of meaning by a small model on this machine, beside the likeness of words."""
