<?php
// What the page wp-admin/upgrade.php does: brings the tables to the form that this WordPress wants.
$_SERVER['HTTP_HOST'] = getenv('SITE');
define('WP_INSTALLING', true);
require '/usr/share/wordpress/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';

if (!is_blog_installed()) exit("WordPress was never set up.\n");
wp_upgrade();
echo "The tables are those of version $wp_db_version.\n";
