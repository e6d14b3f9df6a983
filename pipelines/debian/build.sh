#!/bin/sh
# Builds the Debian package of a release binary: program, manual pages, completions, systemd units, user, examples.
#
#     pipelines/debian/build.sh BINARY OUTPUT-DIRECTORY
#
# Needs dpkg-deb and gzip. The same sources and binary give the same bytes (SOURCE_DATE_EPOCH, or the last commit's time).
set -eu
umask 022
binary=$1
output=$2
here=$(cd "$(dirname "$0")" && pwd)
pipelines=$(dirname "$here")

version=$("$binary" --version | cut -d' ' -f2)
architecture=$(dpkg --print-architecture)
libc=$(getconf GNU_LIBC_VERSION | cut -d' ' -f2)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$here" log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
install -d "$root/DEBIAN" "$root/etc/sluice"
install -D -m 755 "$binary" "$root/usr/bin/sluice"

"$binary" man --output "$root/usr/share/man/man1"
gzip -9n "$root"/usr/share/man/man1/*.1
chmod 644 "$root"/usr/share/man/man1/*

put() {
    install -d "$(dirname "$1")"
    cat > "$1"
    chmod 644 "$1"
}
"$binary" completions bash | put "$root/usr/share/bash-completion/completions/sluice"
"$binary" completions zsh | put "$root/usr/share/zsh/vendor-completions/_sluice"
"$binary" completions fish | put "$root/usr/share/fish/vendor_completions.d/sluice.fish"

# The units with the package's paths: the configuration is /etc/sluice/pipeline.json5, and until it is there the night waits.
sed -e 's|/usr/local/bin/sluice|/usr/bin/sluice|' \
    -e 's|^WorkingDirectory=.*|WorkingDirectory=/etc/sluice|' \
    -e 's|--config [^ ]*|--config /etc/sluice/pipeline.json5|' \
    -e 's|^Documentation=.*|Documentation=man:sluice(1) file:///usr/share/doc/sluice/README.md\nConditionPathExists=/etc/sluice/pipeline.json5|' \
    "$pipelines/sluice.service" | put "$root/lib/systemd/system/sluice.service"
put "$root/lib/systemd/system/sluice.timer" < "$pipelines/sluice.timer"

documents=$root/usr/share/doc/sluice
for page in README.md log.md configuration.md quality.md guards.md messages.md when-a-night-breaks.md crontab; do
    put "$documents/$page" < "$pipelines/$page"
done
for example in banners.json5 blacklist.csv; do
    put "$documents/examples/$example" < "$pipelines/$example"
done
for file in "$pipelines"/monitoring/*; do
    put "$documents/monitoring/$(basename "$file")" < "$file"
done

size=$(du -sk "$root" | cut -f1)
sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$architecture/" -e "s/@LIBC@/$libc/" -e "s/@SIZE@/$size/" \
    "$here/control" | put "$root/DEBIAN/control"
install -m 755 "$here/postinst" "$root/DEBIAN/postinst"
(cd "$root" && find usr lib -type f | LC_ALL=C sort | xargs md5sum) | put "$root/DEBIAN/md5sums"

mkdir -p "$output"
find "$root" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
dpkg-deb --root-owner-group --build "$root" "$output/sluice_${version}_${architecture}.deb"
