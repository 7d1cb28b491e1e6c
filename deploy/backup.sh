#!/usr/bin/env bash
# Every night: delete what is due, save the bookings encrypted, drop backups after 14 days.
#   deploy/backup.sh DIRECTORY
set -euo pipefail
cd "$(dirname "$0")/.."
into=$1
: "${RENEWAL_BACKUP_RECIPIENT:?set it to an age recipient: backups hold names and phone numbers}"
renewal=${RENEWAL:-.venv/bin/renewal}

umask 077
plain=$(mktemp -d)
trap 'rm -rf "$plain"' EXIT
"$renewal" purge --confirm --as schedule
"$renewal" backup "$plain/bookings.jsonl.gz" --as schedule
file="$into/bookings-$(date -u +%Y%m%dT%H%M%SZ).jsonl.gz.age"
age --encrypt --recipient "$RENEWAL_BACKUP_RECIPIENT" --output "$file.part" "$plain/bookings.jsonl.gz"
mv "$file.part" "$file"
# A backup keeps personal data longer than the database does, so it does not stay long.
find "$into" -name 'bookings-*.age' -mtime +14 -delete
"$renewal" check >/dev/null || { echo "renewal check found something" >&2; exit 1; }
