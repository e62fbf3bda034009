"""Is this SAML document what it says it is, and who is it about?

Looks at a document's shape before anything that knows signatures sees it, and reads values
from nothing but the bytes that were signed. Builds no request and knows no browser;
`gateway.federation.saml` does.
"""
