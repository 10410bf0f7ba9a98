"""Starting the site, keeping it running, and finding out what is wrong with it."""
