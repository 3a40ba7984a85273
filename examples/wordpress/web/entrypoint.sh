#!/bin/sh
# Makes the key of the session cookies on the first start, then runs the command.
set -eu

# A new volume belongs to root.
chown www-data:www-data /var/lib/wordpress/wp-content/uploads
if [ ! -e /secret/cookie-key ]; then
    # Made beside its place and renamed when whole.
    head -c 32 /dev/urandom | base64 > /secret/cookie-key.new
    chown root:www-data /secret/cookie-key.new
    chmod 640 /secret/cookie-key.new
    mv /secret/cookie-key.new /secret/cookie-key
fi

export APACHE_CONFDIR=/etc/apache2
. /etc/apache2/envvars
# That of a container which was killed: the same number may belong to another process by now.
rm -f "$APACHE_PID_FILE"
exec "$@"
