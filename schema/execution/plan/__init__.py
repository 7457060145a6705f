"""Once a document: from its text to a plan."""
