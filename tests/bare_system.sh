#!/bin/sh
# Install the wheel with the extras of deploy/Dockerfile in a bare Debian, and start the service there.
#
#   sudo tests/bare_system.sh [FOLDER]
#
# It needs root, debootstrap, curl, and uv. No test runs it: downloading Debian takes minutes.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:-$(mktemp -d)}
root=$folder/root
port=8799
extras=$(sed -n "s/.*'\.\[\(.*\)\]'.*/\1/p" "$here/deploy/Dockerfile")

uv build --quiet --wheel --out-dir "$folder/wheels" "$here"
[ -e "$root/bin/sh" ] || debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates bookworm "$root"
# pip finds the package index as it does on this machine.
for file in /etc/resolv.conf /etc/hosts /etc/pip.conf /etc/ssl/certs/ca-certificates.crt; do
  if [ -e "$file" ]; then mkdir -p "$root$(dirname "$file")" && cp -L "$file" "$root$file"; fi
done
cp "$folder"/wheels/rolecall-*.whl "$root/tmp/"
wheel=$(cd "$root/tmp" && ls rolecall-*.whl | tail -1)

chroot "$root" python3 -m venv /opt/rolecall
chroot "$root" /opt/rolecall/bin/pip install --quiet --disable-pip-version-check "/tmp/$wheel[$extras]"
chroot "$root" sh -c 'id rolecall >/dev/null 2>&1 || useradd --create-home --uid 1000 rolecall'

# As in the image: an ordinary user, whose data is below their home.
chroot --userspec=1000:1000 "$root" env -i HOME=/home/rolecall PATH=/opt/rolecall/bin:/usr/bin:/bin \
  ROLECALL_WORKSHOP_DATA=/home/rolecall/data rolecall workshop serve --port "$port" >"$folder/log" 2>&1 &
service=$!
trap 'kill $service' EXIT
for _ in $(seq 100); do
  if curl --silent --fail "http://127.0.0.1:$port/health" >"$folder/health"; then
    cat "$folder/health"
    exit 0
  fi
  kill -0 $service
  sleep 0.3
done
cat "$folder/log" >&2
exit 1
