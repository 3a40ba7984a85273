<?php
$secret = static fn (string $name): string => trim(file_get_contents("/secret/$name"));

$wgSitename = 'Wiki';
$wgServer = 'https://' . getenv('SITE');
$wgScriptPath = '';
$wgArticlePath = '/wiki/$1';

$wgDBtype = 'postgres';
$wgDBserver = 'db';
$wgDBport = 5432;
$wgDBname = 'mediawiki';
$wgDBuser = 'mediawiki';
$wgDBpassword = $secret('db-password');
$wgDBmwschema = 'mediawiki';

$wgSecretKey = $secret('session-key');
$wgMainCacheType = CACHE_ACCEL;
// What has to outlive a move is in the database.
$wgSessionCacheType = CACHE_DB;

$wgEnableUploads = true;
$wgUseImageMagick = true;
$wgImageMagickConvertCommand = '/usr/bin/convert';

// There is no mail in the container.
$wgEnableEmail = false;
// Small jobs run after a request; no cron is needed.
$wgJobRunRate = 1;

wfLoadSkin('Vector');
