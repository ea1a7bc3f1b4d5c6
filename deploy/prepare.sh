#!/bin/sh
# Docker makes a named volume as root's, and the key file belongs to whoever wrote it: both are given to those who use them.
# Runs before everything else at each start, in the image of Postgres, as root. Safe to repeat.
set -eu
chown postgres:postgres /wal
# 1000 is the user `node` of our image.
chown -R 1000:1000 /anchors
chown 1000:1000 /keys.json
chmod 600 /keys.json
