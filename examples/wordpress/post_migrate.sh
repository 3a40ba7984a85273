#!/bin/sh
# After `covey migrate` has put another app's data in place and before this app starts on it:
#   sh post_migrate.sh -R SOURCE_REPO -B SOURCE_BRANCH -r REPO -b BRANCH
# Posts hold whole addresses of pictures and of other posts. Those of the source's site become ours.
set -eu

# Starts the database too, and waits until it is healthy.
site=$(docker compose run --rm -T web printenv SITE)
if [ -z "$(docker compose exec -T db mariadb wordpress --execute="SHOW TABLES LIKE 'wp_options'")" ]; then
    echo "the source's WordPress was never set up"
    exit
fi
docker compose exec -T db mariadb --batch wordpress << EOF
SET @old = (SELECT option_value FROM wp_options WHERE option_name = 'siteurl');
SET @new = 'https://$site';
UPDATE wp_posts SET post_content = REPLACE(post_content, CONCAT(@old, '/'), CONCAT(@new, '/'));
UPDATE wp_options SET option_value = @new WHERE option_name IN ('siteurl', 'home');
SELECT @old AS 'addresses of', @new AS 'are now of';
EOF
