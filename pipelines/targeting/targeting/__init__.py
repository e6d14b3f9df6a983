"""Models of what a message brings, and of what a budget buys: what fit.py and tune.py are made of."""
