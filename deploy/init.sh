#!/bin/sh
# Writes deploy/.env from env.example, with a random value for each GENERATE. Never overwrites an existing file.
set -eu
cd "$(dirname "$0")"
if [ -e .env ]; then
    echo "deploy/.env exists already: edit it, or move it away to start from the beginning." >&2
    exit 1
fi
umask 077
while IFS= read -r line; do
    case $line in
    *=GENERATE) line=${line%GENERATE}$(openssl rand -hex 32) ;;
    esac
    printf '%s\n' "$line"
done < env.example > .env.new
mv .env.new .env
echo "Wrote deploy/.env. Set DOMAIN and the keys of the providers in it."
