"""What the gateway says in each language, until a pool says it differently.

One module for each language, and the two forms that every e-mail has. Jinja2's templates;
which variables there are stands in `gateway.pool.messages.templates`.
"""
