"""What is wrong with settings, and where: for files, wires and the command line alike.

Says it and no more: whether it is refused, and in whose words, is decided by whoever asks.
"""
