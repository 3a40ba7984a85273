#!/bin/sh
# Makes the key of sessions and the wiki on the first start, then runs the command.
set -eu

wiki=/usr/share/mediawiki
# A new volume belongs to root.
chown www-data:www-data /var/lib/mediawiki/images
if [ ! -e /secret/session-key ]; then
    # Made beside its place and renamed when whole.
    head -c 32 /dev/urandom | base64 > /secret/session-key.new
    chown root:www-data /secret/session-key.new
    chmod 640 /secret/session-key.new
    mv /secret/session-key.new /secret/session-key
fi

# The installer writes the main page last. One that was cut short goes on where it was.
if ! php /usr/local/lib/has-pages.php; then
    # Nobody knows this password; README.md says how the operator sets one.
    head -c 32 /dev/urandom | base64 > /tmp/password
    # It insists on a place of its own for the settings that it would write.
    mkdir /tmp/settings
    MW_CONFIG_FILE=/tmp/settings/LocalSettings.php php $wiki/maintenance/install.php \
        --dbtype=postgres --dbserver=db --dbname=mediawiki --dbuser=mediawiki --dbpassfile=/secret/db-password \
        --passfile=/tmp/password --confpath=/tmp/settings --server="https://$SITE" --scriptpath= Wiki Admin >&2
    rm -r /tmp/settings /tmp/password
fi

export APACHE_CONFDIR=/etc/apache2
. /etc/apache2/envvars
# That of a container which was killed: the same number may belong to another process by now.
rm -f "$APACHE_PID_FILE"
exec "$@"
