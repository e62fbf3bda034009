"""The two forms of every e-mail that the gateway words itself."""

from typing import Final

PLAIN: Final = """\
{{ greeting }}

{{ lead }}
{% if link %}
{{ link }}
{% elif code %}
    {{ code }}
{% endif %}
{{ after }}

--
{{ pool }}
"""

# Readable without pictures and styles, and dark where the reader's mail is.
HTML: Final = """\
<!DOCTYPE html>
<html lang="{{ language }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{ subject }}</title>
</head>
<body style="font-family: sans-serif; line-height: 1.5; margin: 0; padding: 24px">
<div style="max-width: 32em; margin: 0 auto">
<p>{{ greeting }}</p>
<p>{{ lead }}</p>
{% if link -%}
<p><a href="{{ link }}" style="font-weight: bold">{{ button }}</a></p>
<p style="word-break: break-all">{{ link }}</p>
{% elif code -%}
<p style="font-size: 28px; font-weight: bold; font-family: monospace">{{ code }}</p>
{% endif -%}
<p>{{ after }}</p>
<p>{{ pool }}</p>
</div>
</body>
</html>
"""
