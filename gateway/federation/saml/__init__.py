"""Signing in at providers that speak SAML 2.0."""
