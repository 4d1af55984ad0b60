#!/usr/bin/env bash
# Formats the data volume when it is new, then becomes the broker.
# usage: start-broker.sh CLUSTER_ID ADVERTISED_LISTENERS
set -euo pipefail

config=/etc/lutra/broker.properties
logging=-Dlog4j2.configurationFile=file:/etc/lutra/log4j2.properties
libraries='/opt/kafka/libs/*'

java -Xmx128m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC "$logging" -cp "$libraries" \
  kafka.tools.StorageTool format --ignore-formatted --cluster-id "$1" --config "$config"

exec java -Xms128m -Xmx512m -XX:+ExitOnOutOfMemoryError "$logging" -cp "$libraries" \
  kafka.Kafka "$config" --override "advertised.listeners=$2"
