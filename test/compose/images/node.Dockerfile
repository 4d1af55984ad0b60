# Stand-in for node:24-bookworm-slim: Node from this project's packages, npm and the CA bundle from the machine.
FROM debian:bookworm-slim
ARG REGISTRY_URL
ARG CA_BUNDLE
COPY ${CA_BUNDLE} /etc/ssl/certs/ca-certificates.crt
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \
  && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx \
  && useradd --uid 1000 --create-home --shell /bin/bash node
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt npm_config_registry=${REGISTRY_URL}
CMD ["node"]
