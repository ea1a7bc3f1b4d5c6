# One image for every process: the command chooses (api, worker, migrate). Node 24 as architecture.md section 6 says.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json /app/package-lock.json /app/.npmrc ./
# The embedded Postgres is for a clinic on one machine; in a container the database is a service of its own.
RUN npm ci --omit=dev --omit=optional || npm ci --omit=dev
COPY --from=build /app/config.ts /app/keys.ts /app/tsconfig.json ./
COPY --from=build /app/domain ./domain
COPY --from=build /app/workflows ./workflows
COPY --from=build /app/activities ./activities
COPY --from=build /app/db ./db
COPY --from=build /app/api ./api
COPY --from=build /app/workers ./workers
COPY --from=build /app/web ./web
COPY --from=build /app/scripts ./scripts
COPY --from=build /app/dist ./dist
USER node
EXPOSE 3000
CMD ["node", "--import", "tsx", "api/main.ts"]
