"""Apache with mod_auth_openidc: a relying party in C that protects a page.

It signs a browser in at the issuer that it is told and shows what it learnt of the person.
"""

import contextlib
import os
import socket
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

START_SECONDS = 20
STOP_SECONDS = 10
PROGRAM = Path("/usr/sbin/apache2")
MODULES = Path("/usr/lib/apache2/modules")

# `REMOTE_USER` and the claims reach the page as variables of a server-side include.
CONFIGURATION = """
ServerRoot {folder}
ServerName localhost
PidFile {folder}/pid
ErrorLog {folder}/error.log
Listen 127.0.0.1:{port}
{user}
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authn_core_module {modules}/mod_authn_core.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule authz_user_module {modules}/mod_authz_user.so
LoadModule include_module {modules}/mod_include.so
LoadModule mime_module {modules}/mod_mime.so
LoadModule auth_openidc_module {modules}/mod_auth_openidc.so
TypesConfig /dev/null
DocumentRoot {folder}/pages
StartServers 1
OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCClientID {client_id}
{secret}
OIDCRedirectURI {address}/protected/callback
OIDCCryptoPassphrase "not a secret of anybody"
OIDCScope "openid email profile"
OIDCPKCEMethod S256
OIDCResponseType code
OIDCRemoteUserClaim sub
OIDCCookieSameSite On
<Location /protected>
  AuthType openid-connect
  Require valid-user
  Options +Includes
  AddType text/html .shtml
  AddOutputFilter INCLUDES .shtml
</Location>
"""

PAGE = """<p id="sub"><!--#echo var="OIDC_CLAIM_sub" --></p>
<p id="email"><!--#echo var="OIDC_CLAIM_email" --></p>
"""


@contextlib.contextmanager
def apache(
    folder: Path, port: int, issuer: str, *, client_id: str, secret: str = ""
) -> Iterator[str]:
    """Run Apache, and give the address of the page that it protects.

    Args:
        folder: For its files; empty.
        port: Where it listens.
        issuer: Who signs people in.
        client_id: As the issuer knows it.
        secret: Of the client; empty if it has none.
    """
    if not PROGRAM.exists() or not (MODULES / "mod_auth_openidc.so").exists():
        raise AssertionError("Apache is not installed: run `make peers`")
    protected = folder / "pages/protected"
    protected.mkdir(parents=True)
    (protected / "page.shtml").write_text(PAGE)
    address = f"http://localhost:{port}"
    configuration = folder / "apache.conf"
    configuration.write_text(
        CONFIGURATION.format(
            folder=folder,
            port=port,
            modules=MODULES,
            issuer=issuer,
            address=address,
            client_id=client_id,
            secret=f"OIDCClientSecret {secret}"
            if secret
            else "OIDCProviderTokenEndpointAuth none",
            user="User www-data\nGroup www-data" if os.geteuid() == 0 else "",
        )
    )
    for parent in (folder, *folder.parents):
        # Its workers are not root, and pytest's folders are closed to others.
        if parent.owner() == "root" and not parent.stat().st_mode & stat.S_IXOTH:
            parent.chmod(0o755)
    process = subprocess.Popen(  # noqa: S603 - the tests' own command
        [PROGRAM, "-D", "FOREGROUND", "-f", configuration],
        stdin=subprocess.DEVNULL,
    )
    try:
        _wait(port, process, folder / "error.log")
        yield f"{address}/protected/page.shtml"
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    limit = time.monotonic() + START_SECONDS
    while time.monotonic() < limit and process.poll() is None:
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", port)),
        ):
            return
        time.sleep(0.02)
    said = log.read_text() if log.exists() else ""
    raise AssertionError(f"Apache does not answer: {said[-2000:]}")
