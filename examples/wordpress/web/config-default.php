<?php
// Debian's /usr/share/wordpress/wp-config.php reads this for every host. It also takes X-Forwarded-Proto for granted, which
// Caddy sets.
$secret = static fn (string $name): string => trim(file_get_contents("/secret/$name"));

define('DB_HOST', 'db');
define('DB_NAME', 'wordpress');
define('DB_USER', 'wordpress');
define('DB_PASSWORD', $secret('db-password'));
define('DB_CHARSET', 'utf8mb4');

$key = $secret('cookie-key');
foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as $name) {
    define("{$name}_KEY", hash_hmac('sha256', "{$name}_KEY", $key));
    define("{$name}_SALT", hash_hmac('sha256', "{$name}_SALT", $key));
}

// Not what the database says: that may have come from another branch's site.
define('WP_HOME', 'https://' . getenv('SITE'));
define('WP_SITEURL', WP_HOME);

// Plugins and themes are part of the image, so that they are in git and each release can be rolled back.
define('DISALLOW_FILE_MODS', true);
