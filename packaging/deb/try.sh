#!/bin/bash
# In a bare Debian, as root: the package through its life. packaging/try_deb.py runs this there.
#   usage: try.sh SUITE; older.deb, newer.deb and archive.tar.xz lie beside it
set -euo pipefail
cd "$(dirname "$0")"
suite=$1 own=/usr/lib/enigma-control-panel
export DEBIAN_FRONTEND=noninteractive LANG=C.UTF-8
get() { apt-get install -y -qq --no-install-recommends "$@" >apt.log 2>&1 || { cat apt.log; exit 1; }; }
fail() { echo "[$suite] WRONG: $*"; exit 1; }
say() { echo "[$suite] $*"; }
useradd -m person
home=/home/person data=/home/person/data
as() { runuser -u person -- env -i PATH=/usr/bin:/bin HOME=$home LANG=C.UTF-8 ENIGMA_API_KEY=enig_demo "$@"; }
stdin() { tail --pid=$$ -f /dev/null; } # open as long as this script runs
running=()
trap 'kill -9 "${running[@]}" 2>/dev/null; pkill -9 -u person 2>/dev/null || true' EXIT
wait_for() { for _ in $(seq 300); do eval "$1" >/dev/null 2>&1 && return; sleep 0.2; done; fail "waited for: $1"; }
open_sessions() { as sqlite3 "$(find $data -name ledger.sqlite3)" \
  "SELECT count(*) FROM sessions WHERE service_id IS NOT NULL AND ended_ms IS NULL"; }

# What it depends on is enough.
get ./older.deb
as enigma-panel --self-check --demo | tail -n 1
as enigma-panel --smoke >out || fail "--smoke"
say "$(as enigma-panel --version) installed, --self-check, --smoke: $(cat out)"

# Without what the system brings: one line each.
one_line() {
  local status=0
  as enigma-panel --smoke >out 2>err || status=$?
  [ "$status" -ne 0 ] && [ "$(wc -l <err)" -eq 1 ] && [ ! -s out ] || { cat err; fail "without $1: $status"; }
  say "without $1: $(cat err)"
}
for library in libEGL libGL; do
  mkdir away; mv /usr/lib/*-linux-gnu/$library.so.1* away/; one_line $library
  mv away/* /usr/lib/"$(uname -m)"-linux-gnu/; rmdir away
done
mv /usr/share/fonts away; one_line fonts; mv away /usr/share/fonts

get procps sqlite3 xdotool xvfb xz-utils
as tar -xf "$PWD/archive.tar.xz" -C $home
say "the archive: $(as $home/enigma-control-panel-*/enigma-panel --smoke)"

# A browser is open when the program is killed; the ledger knows it.
export DISPLAY=:9
Xvfb $DISPLAY -ac -screen 0 1400x900x24 >/dev/null 2>&1 & running+=($!)
stdin | as enigma-panel --simulator >url & running+=($!)
wait_for "[ -s url ]"; url=$(cat url)
(echo yes; stdin) | as enigma-panel --check-service --base-url "$url" --data-dir $data >check 2>&1 & running+=($!)
wait_for '[ "$(open_sessions)" = 1 ]'
pkill -9 -f -- --check-service
start() {
  as env DISPLAY=$DISPLAY enigma-panel --base-url "$url" --data-dir $data & program=$!; running+=("$program")
  wait_for "xdotool search --onlyvisible --name 'Enigma Control Panel'"
}
stop() { pkill -TERM -u person -f -- "enigma-panel --base-url .*--data-dir"; wait "$program" || fail "ended with $?"; }
start
say "main window under Xvfb, $(open_sessions) session open"

# An upgrade while it runs: it goes on, also with what it has not loaded yet.
cp -r $own copy; chmod -R a+rX . ; chmod a+x .
get ./newer.deb
mv $own/enigma-panel moved; cp /bin/true $own/enigma-panel
as env DISPLAY=$DISPLAY "$PWD/copy/enigma-panel" --new-task --data-dir $data >out 2>&1 || { cat out; fail "a second start"; }
sleep 3
mv moved $own/enigma-panel
log=$(find $data -name panel.log); [ -n "$log" ] || fail "no log"
if grep -E "ERROR|CRITICAL|Traceback" "$log"; then fail "after the upgrade"; fi
stop
start; stop
[ "$(open_sessions)" = 1 ] || fail "$(open_sessions) sessions are open"
say "$(dpkg-query -W -f '${Version}' enigma-control-panel), upgraded while it ran: the session is still open in the ledger"

apt-get remove -y -qq enigma-control-panel 2>&1 | grep "stay open" || fail "remove says nothing"
apt-get purge -y -qq enigma-control-panel 2>&1 | grep "history stays" || fail "purge says nothing"
left=$(find / -xdev -path /proc -prune -o -path "$PWD" -prune -o -path /home -prune -o -iname '*enigma*' -print)
[ -z "$left" ] || fail "left behind: $left"
[ "$(open_sessions)" = 1 ] || fail "the ledger is gone"
say "removed and purged: nothing is left but the ledger, with its open session"
