"""One way through the pages each: signing up, signing in, recovering.

Each is a class with its pages and its routes; what they share stands beside the package.
"""
