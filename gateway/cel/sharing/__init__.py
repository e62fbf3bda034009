"""What is like something before it is not analysed again.

Terms and whole expressions that differ in their literals alone, and expressions put
together from what is known. Whatever is out of the ordinary goes the long way, by
`gateway.cel.analysis`.
"""
