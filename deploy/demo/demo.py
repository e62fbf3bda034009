"""Starts the demo: a local issuer, an upstream, an app, and the gateway between them.

Everything listens on 127.0.0.1, keeps what it must remember in `state/`, and ends with
Ctrl-C. `make run` calls this.
"""

import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
GATEWAY_PORT, ADMIN_PORT, ISSUER_PORT = 8080, 8081, 8082
APP_PORT, UPSTREAM_PORT = 8083, 8090
GATEWAY = f"http://localhost:{GATEWAY_PORT}"
POOL, CLIENT = "us-east-1_Demo00001", "demo"
START_SECONDS = 30

PASTE = f"""
The gateway is ready. Paste these into another terminal:

  # 1. A guest, who shows nothing, reads the public feed
  curl -s '{GATEWAY}/v1/feed?channel=public'

  # 2. Ana signs in at the local issuer, and reads her own order
  ANA=$(curl -s http://127.0.0.1:{ISSUER_PORT}/token -d name=ana)
  curl -s -H "Authorization: Bearer $ANA" {GATEWAY}/v1/orders/ana-77

  # 3. Somebody else's order is refused, and so is a token that was changed
  curl -s -H "Authorization: Bearer $ANA" {GATEWAY}/v1/orders/sam-1
  curl -s -H "Authorization: Bearer ${{ANA%?????}}xxxxx" {GATEWAY}/v1/orders/ana-77

  # 4. What the upstream received: no credential of Ana's, one of ours. It checks the
  #    token against {GATEWAY}/.well-known/jwks.json
  curl -s -H "Authorization: Bearer $ANA" {GATEWAY}/v1/echo

Sign up and in, as a person of the user pool: open http://localhost:{APP_PORT}/ in a
browser. Codes are not sent anywhere: read them at http://127.0.0.1:{ADMIN_PORT}/outbox

Why was 3 refused?   .venv/bin/gateway explain --identity ana --path /v1/orders/sam-1
Is every file right? .venv/bin/gateway check && .venv/bin/gateway test

Ctrl-C ends it. Edit config.toml, providers/ or policies/: changes take effect at once.
"""


def start(arguments: Sequence[str | Path]) -> "subprocess.Popen[str]":
    """Start a program in the project's folder.

    In a session of its own: Ctrl-C is for this program, which then ends the others.
    """
    return subprocess.Popen(
        [str(a) for a in arguments], cwd=ROOT, text=True, start_new_session=True
    )


def check_ports() -> None:
    """End with one line if somebody else listens already."""
    for port in (GATEWAY_PORT, ADMIN_PORT, ISSUER_PORT, APP_PORT, UPSTREAM_PORT):
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                sys.exit(f"Port {port} is taken; the demo needs it. Is one running?")


def wait_until_ready(programs: Sequence["subprocess.Popen[str]"]) -> None:
    """Return when the gateway says that it is ready.

    Raises:
        SystemExit: A program ended, or it took longer than `START_SECONDS`.
    """
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if any(program.poll() is not None for program in programs):
            sys.exit("A program of the demo ended; its last words stand above.")
        try:
            address = f"http://127.0.0.1:{ADMIN_PORT}/ready"
            with urllib.request.urlopen(address, timeout=1) as answer:
                answer.read()
                return
        except OSError:
            time.sleep(0.05)
    sys.exit(f"The gateway was not ready within {START_SECONDS} seconds.")


def main() -> None:
    """Run until interrupted; leave no program behind."""
    check_ports()
    gateway = Path(sys.executable).with_name("gateway")
    subprocess.run([gateway, "init"], cwd=ROOT, check=True)
    upstream = [sys.executable, HERE / "upstream.py", str(UPSTREAM_PORT)]
    jwks = f"{GATEWAY}/.well-known/jwks.json"
    programs = [
        start([sys.executable, HERE / "issuer.py", str(ISSUER_PORT)]),
        start([*upstream, jwks, GATEWAY, "http://orders.demo"]),
        start(
            [
                sys.executable,
                *("-W", "ignore", HERE / "app.py"),
                str(APP_PORT),
                f"{GATEWAY}/{POOL}",
                CLIENT,
            ]
        ),
        start([gateway, "serve"]),
    ]
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, lambda *_: sys.exit(0))
    try:
        wait_until_ready(programs)
        print(PASTE, flush=True)
        programs[-1].wait()
    except KeyboardInterrupt:
        pass
    finally:
        for program in programs:
            program.terminate()
        for program in programs:
            program.wait(timeout=30)


if __name__ == "__main__":
    main()
