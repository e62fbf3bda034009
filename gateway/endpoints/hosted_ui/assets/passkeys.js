// Passkeys, the one thing that a form cannot do. Fills in a form and sends it.
