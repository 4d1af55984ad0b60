# The services of Lutra: one image, the entry is chosen by the command, for example
#   docker run lutra:local node services/selector/main.ts
# docs/architecture.md lists the settings (environment). The command line is in it too: node bin/lutra.js status
# Node >= 24 runs the TypeScript as it is; only the web console is built.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund && npm cache clean --force

FROM ${NODE_IMAGE} AS console
WORKDIR /app
COPY package.json package-lock.json tsconfig.json ./
RUN npm ci --no-audit --no-fund && npm cache clean --force
COPY services/admin-api/console ./services/admin-api/console
RUN node_modules/.bin/vite build services/admin-api/console

FROM ${NODE_IMAGE}
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY package.json LICENSE* ./
COPY bin ./bin
COPY shared ./shared
COPY topics ./topics
COPY services ./services
COPY --from=console /app/services/admin-api/console/dist ./services/admin-api/console/dist
USER node
CMD ["node", "services/admin-api/main.ts"]
