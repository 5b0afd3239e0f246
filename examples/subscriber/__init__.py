"""Another system of the library: it hears of every registration."""
