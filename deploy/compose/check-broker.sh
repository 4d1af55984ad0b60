#!/usr/bin/env bash
# Succeeds when the broker at port 9092 of this container names at least one broker in its metadata: it has joined its
# own cluster. The request is the one of stack/health.ts: metadata, version 1, no topics.
set -euo pipefail

exec 3<>/dev/tcp/127.0.0.1/9092
printf '\0\0\0\016\0\003\0\001\0\0\0\007\377\377\0\0\0\0' >&3
# size, correlation id, count of brokers
answer=$(timeout 3 head -c 12 <&3 | od -An -tu1 | tr -d '\n')
read -r -a bytes <<<"$answer"
[ "${#bytes[@]}" -eq 12 ] && [ "${bytes[11]}" -ge 1 ]
