#!/bin/sh
# With `covey deploy --update`, after the old release has stopped and before this one starts:
#   sh update.sh -r REPO -b BRANCH
# If it fails, the old release starts again with its data as it was.
set -eu

# Starts the database too, and waits until it is healthy.
docker compose run --rm -T web php /usr/local/lib/upgrade.php
