#!/bin/sh
# Starts the image with compose.yaml, MongoDB and Redis, without LiveKit and without any key of a provider, and checks what has to
# work: the replica set is initiated, the API and jobs are healthy, a member can be invited, and the root is read-only.
# Needs Docker, and must not find a deploy/.env: it writes one, and removes everything afterwards.
set -eu
cd "$(dirname "$0")"
sh init.sh
trap 'docker compose down --volumes --timeout 5 >/dev/null 2>&1; rm -f .env' EXIT
printf '%s\n' ANTHROPIC_API_KEY=unused COMPOSE_PROFILES= LIVEKIT_URL= RECORDING_STORE= >> .env
docker compose up --detach --wait --wait-timeout 180 api jobs || { docker compose logs --tail 50; exit 1; }
docker compose exec -T api viva --version
docker compose exec -T api python -c "
from http.client import HTTPConnection
for path in ('/healthz', '/readyz', '/'):
    connection = HTTPConnection('127.0.0.1', 8000)
    connection.request('GET', path, headers={'Accept': 'text/html'})
    response = connection.getresponse()
    print(path, response.status, response.read()[:200])
    assert response.status == 200, path
"
docker compose exec -T api viva members invite ada@example.com --organization Example --name "Ada Lovelace" --role ADMIN --new
if docker compose exec -T api sh -c 'touch /app/writable 2>/dev/null'; then
    echo "The root file system is writable." >&2
    exit 1
fi
if docker compose exec -T api viva demo --typed; then
    echo "The image contains the sandbox." >&2
    exit 1
fi
echo "The image works."
