"""Federation Gateway: any sign-in in front, one credential behind.

A caller's credential is verified, turned into one normalised identity, put before CEL
policies that live in files, and replaced by a short-lived credential that the gateway
signs. `docs/tour.md` follows one request through the packages.
"""
