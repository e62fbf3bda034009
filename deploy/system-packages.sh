#!/bin/sh
# Installs what only the system's packages bring, or says in one line what is missing.
# Usage: system-packages.sh NAME...   where NAME is apache, chromium, nginx, npm or python3-venv
set -eu

missing=""
for name in "$@"; do
  case "$name" in
    nginx) command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || missing="$missing nginx-light" ;;
    apache) [ -e /usr/lib/apache2/modules/mod_auth_openidc.so ] || missing="$missing apache2-bin libapache2-mod-auth-openidc" ;;
    chromium) command -v chromium >/dev/null || missing="$missing chromium" ;;
    npm) command -v npm >/dev/null || missing="$missing nodejs npm" ;;
    python3-venv) missing="$missing python3-venv" ;;
    wrk) command -v wrk >/dev/null || missing="$missing wrk" ;;
    *) echo "system-packages.sh: unknown package $name" >&2; exit 2 ;;
  esac
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq
  # shellcheck disable=SC2086 - the list is meant to be split
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
  echo "Please install these system packages, then run make again:$missing" >&2
  exit 1
fi
