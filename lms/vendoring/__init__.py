"""Third-party files of the web pages, kept in the repository so that running and testing need no npm."""
