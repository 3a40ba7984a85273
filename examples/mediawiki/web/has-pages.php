<?php
// Ends with 0 if the wiki in the database has pages.
$password = trim(file_get_contents('/secret/db-password'));
$database = new PDO('pgsql:host=db;dbname=mediawiki', 'mediawiki', $password);
$table = $database->query("SELECT to_regclass('mediawiki.page')")->fetchColumn();
exit($table !== null && $database->query('SELECT 1 FROM mediawiki.page LIMIT 1')->fetchColumn() ? 0 : 1);
