#!/bin/sh
# What screens load, from npm: the design system's built files, htmx, and axe for the tests of screens. Of the packages only these files are kept.
set -eu
cd "$(dirname "$0")"
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
uswds=node_modules/@uswds/uswds/dist
rm -rf static/vendor
mkdir -p static/vendor/css static/vendor/img static/vendor/fonts
cp "$uswds/css/uswds.min.css" static/vendor/css
cp "$uswds/js/uswds.min.js" "$uswds/js/uswds-init.min.js" node_modules/htmx.org/dist/htmx.min.js node_modules/axe-core/axe.min.js static/vendor
cp -R "$uswds/img/." static/vendor/img
cp -R "$uswds/fonts/." static/vendor/fonts
rm -rf node_modules
touch static/vendor/made
