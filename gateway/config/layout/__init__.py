"""The canonical layout of the files that people write.

Owns where blanks, line ends and commas stand. Changes no value and loses no comment, which
is proved of each text before anybody gets to see it.
"""
