"""People that come from elsewhere by the thousand, and go there.

Files of Amazon Cognito's import jobs (CSV, without passwords), and the gateway's own export
(JSON lines, with everything). Where the files are, and who is told of the lines that are
refused, is known to whoever calls.
"""
