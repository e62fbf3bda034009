"""What may be asked in a sign-in: each question with what answers it.

A module asks (`ask`) and looks at the answer (`answer`); what comes next is not its business
(`gateway.pool.sign_in.progress` knows).
"""
