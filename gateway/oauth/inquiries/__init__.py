"""What is asked of tokens that were issued: whether one is good, whom it is about, its end.

Issues nothing. Which client asks is found out before.
"""
