#!/bin/sh
# Installs the package in a fresh Debian root and runs three nights of the fixtures there as the package's user.
#
#     Tests/Operations/fresh_debian.sh PACKAGE.deb SCRATCH-DIRECTORY
#
# Needs root and debootstrap. The bare root is kept in the scratch directory for the next time.
set -eu
package=$1
scratch=$2
here=$(cd "$(dirname "$0")/../.." && pwd)
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
base=$scratch/$suite.tar
root=$scratch/root

checks=0
check() {
    checks=$((checks + 1))
    "$@" || { echo "FAILED: $*" >&2; exit 1; }
}
inside() { chroot "$root" /usr/bin/env LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@"; }
as_sluice() { inside setpriv --reuid sluice --regid sluice --init-groups "$@"; }

mkdir -p "$scratch"
rm -rf --one-file-system "$root"
if [ ! -e "$base" ]; then
    debootstrap --variant=minbase "$suite" "$root" "${MIRROR:-http://deb.debian.org/debian}"
    tar --create --file "$base.new" --directory "$root" .
    mv "$base.new" "$base"
else
    mkdir -p "$root"
    tar --extract --file "$base" --directory "$root" --same-owner
fi
leave() {
    umount "$root/proc" 2>/dev/null || true
    rm -rf --one-file-system "$root"
}
trap leave EXIT
# As on any machine: a program is told its arguments there.
mount -t proc proc "$root/proc"

cp "$package" "$root/sluice.deb"
inside apt-get update --quiet
check inside apt-get install --quiet --yes --no-install-recommends /sluice.deb
check inside sluice --version
check inside dpkg --verify sluice
check inside id sluice
for path in usr/share/man/man1/sluice.1.gz usr/share/man/man1/sluice-run.1.gz usr/share/bash-completion/completions/sluice \
    usr/share/zsh/vendor-completions/_sluice usr/share/fish/vendor_completions.d/sluice.fish \
    lib/systemd/system/sluice.service lib/systemd/system/sluice.timer usr/share/doc/sluice/when-a-night-breaks.md; do
    check test -s "$root/$path"
done
check grep --quiet '^ExecStart=/usr/bin/sluice run --config /etc/sluice/pipeline.json5 --state /var/lib/sluice' \
    "$root/lib/systemd/system/sluice.service"

# The fixtures, and the example's configuration with their path.
cp -r "$here/fixtures" "$root/srv/fixtures"
chmod -R a+rX "$root/srv/fixtures"
sed -e 's|"fixtures/|"/srv/fixtures/|g' -e 's|"pipelines/blacklist.csv"|"/usr/share/doc/sluice/examples/blacklist.csv"|' \
    "$here/pipelines/banners.json5" > "$root/etc/sluice/pipeline.json5"
check as_sluice sluice check --config /etc/sluice/pipeline.json5
# Visitors of the fixtures were not sent by these tables, which the guards would hold.
for day in 18 19 20; do
    check as_sluice sluice run --config /etc/sluice/pipeline.json5 --state /var/lib/sluice --date "2026-11-$day" --accept \
        --now "2026-11-${day}T20:00:00Z" --metrics /var/lib/sluice/sluice.prom
done
check as_sluice sluice status --state /var/lib/sluice --now 2026-11-21T04:00:00Z
# What it published there is what it publishes here, to the byte.
check cmp "$root/var/lib/sluice/allocations/date=2026-11-21/allocation.csv" \
    "$here/Tests/SluiceTests/Goldens/allocations-2026-11-21-allocation.csv"
# The configuration and the program are not its user's to write.
check sh -c "! chroot '$root' setpriv --reuid sluice --regid sluice --init-groups test -w /etc/sluice/pipeline.json5"
check sh -c "! chroot '$root' setpriv --reuid sluice --regid sluice --init-groups test -w /usr/bin/sluice"

check inside dpkg --remove sluice
check test ! -e "$root/usr/bin/sluice"
# What it learned stays.
check test -e "$root/var/lib/sluice/current/allocation.csv"
echo "checks: $checks"
