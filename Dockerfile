# syntax=docker/dockerfile:1
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The compiler's binary is an optional dependency; no package needs its install script.
RUN npm ci --include=dev --include=optional --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src src
COPY adapters adapters
RUN node node_modules/typescript/bin/tsc -p tsconfig.build.json
RUN npm prune --omit=dev --omit=optional --ignore-scripts

FROM node:24-bookworm-slim
ENV NODE_ENV=production VIADUCT_CONFIG=/etc/viaduct/viaduct.yaml
COPY package.json LICENSE /app/
COPY --from=build /app/node_modules /app/node_modules
COPY --from=build /app/dist /app/dist
# Relative paths of the configuration, such as the embedded store's, are below this.
RUN install -d -o node -g node -m 0700 /var/lib/viaduct/data
WORKDIR /var/lib/viaduct
VOLUME /var/lib/viaduct/data
USER node
EXPOSE 8480
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["node", "-e", "fetch('http://127.0.0.1:8481/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/src/main.js"]
CMD ["run"]
