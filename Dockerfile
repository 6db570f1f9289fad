# The app without its development packages. It needs a Redis with an append-only file (REDIS_URL): there is none in the image.
FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
COPY sandbox/package.json ./sandbox/package.json
# `npm ci` refuses the lock file where it lacks other platforms' optional packages; this keeps to its versions too. No script of any package needs to run.
RUN npm install --omit=dev --no-save --ignore-scripts --no-audit --no-fund

FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 NIGHTSHIFT_DATA=/data
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json ./
COPY playbooks ./playbooks
COPY commands ./commands
COPY src ./src
COPY sandbox ./sandbox
RUN mkdir /data && chown node:node /data
VOLUME /data
# By number, so that Kubernetes can see that it isn't root: this is `node`.
USER 1000:1000
EXPOSE 3000 4317 4318 50051
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Node is process 1 and handles SIGTERM itself: it drains and stops.
# Half the memory of Node's own settings in a storm, for a quarter more CPU: docs/decisions/009-memory-of-one-process.md.
CMD ["node", "--max-semi-space-size=8", "--heap-growing-percent=40", "src/main.ts"]
