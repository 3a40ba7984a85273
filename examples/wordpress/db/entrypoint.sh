#!/bin/sh
# Makes the database and its password on the first start, then is the server, which ends well on SIGTERM.
set -eu

data=/var/lib/mysql/data
# Both are made beside their place and renamed when whole, so that a first start that is cut short is begun anew.
if [ ! -e /secret/db-password ]; then
    head -c 32 /dev/urandom | base64 | tr -d '+/=\n' > /secret/db-password.new
    # PHP of the other container reads it; its group has the same number in all of Debian.
    chown root:www-data /secret/db-password.new
    chmod 640 /secret/db-password.new
    mv /secret/db-password.new /secret/db-password
fi
if [ ! -d $data ]; then
    rm -rf $data.new
    mariadb-install-db --user=mysql --datadir=$data.new --auth-root-authentication-method=socket --skip-test-db > /dev/null
    mv $data.new $data
fi

# At each start, before anybody can connect: data that came from another branch's app gets our password.
install -d -o mysql -g mysql /run/mysqld
install -o mysql -g mysql -m 600 /dev/null /run/mysqld/init.sql
cat > /run/mysqld/init.sql << EOF
CREATE DATABASE IF NOT EXISTS wordpress CHARACTER SET utf8mb4;
CREATE USER IF NOT EXISTS wordpress@'%';
ALTER USER wordpress@'%' IDENTIFIED BY '$(cat /secret/db-password)';
GRANT ALL ON wordpress.* TO wordpress@'%';
EOF
exec mariadbd --user=mysql --datadir=$data --init-file=/run/mysqld/init.sql --bind-address=0.0.0.0 --skip-name-resolve
