"""How each language writes dates and times. In sentences DATE_FORMAT, in tables and lists the short ones."""
