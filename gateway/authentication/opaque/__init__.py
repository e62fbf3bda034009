"""Access tokens that only their provider can read.

Asks it whose a token is, and above all which app it was given to: a token of another app,
taken for our own, would let that app's owner in as anybody who uses it. Login and token
exchange share the proof. One module for each kind of provider.
"""
