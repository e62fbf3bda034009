"""Who somebody is, once it is known that they are who they say.

Maps a provider's claims to the identity record, finds or makes the identity, remembers
it. Does not check claims (`authentication` has), does not decide what an identity may do
(`policy` will).
"""
