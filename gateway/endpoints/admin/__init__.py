"""The admin listener's dialect: health, status and explanations, as JSON.

For operators and for what starts and stops the gateway; never on the public listener.
Shows no secret and no token. Changes nothing but this: whoever's token is explained has an
identity afterwards, as after a request of their own.
"""
