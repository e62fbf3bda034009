"""JSON Schemas of the files that people write, for their editors.

Made from the models, so that they cannot say anything else. They do not know all that
`gateway check` knows: nothing between two tables, and no expression.
"""
