# syntax=docker/dockerfile:1
# tuodi in one container. Alone it is the whole service, with everything it keeps in /data:
#
#   docker build -t tuodi .
#   docker run -d --name tuodi --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \
#     -p 127.0.0.1:8787:8787 -v tuodi:/data --restart unless-stopped tuodi
#   docker logs tuodi        # the first admin key, shown once
#
# docker-compose.yml runs it on servers. amd64 and arm64: what is native comes as a package for either, nothing is compiled here.
ARG NODE=node:22.23-bookworm-slim

FROM $NODE AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
# .dockerignore lets in what main.ts may reach: sources in any folder, but no tests, benches and documents.
COPY . .
RUN npm run build

FROM $NODE
# Pictures are large blocks in many threads, which the allocator of the system keeps after use: docs/performance.md has the figures.
RUN apt-get update && apt-get install -y --no-install-recommends libjemalloc2 && rm -rf /var/lib/apt/lists/* \
  && ln -s /usr/lib/*-linux-gnu/libjemalloc.so.2 /usr/local/lib/libjemalloc.so.2
ENV NODE_ENV=production LD_PRELOAD=/usr/local/lib/libjemalloc.so.2
WORKDIR /app
COPY package.json package-lock.json .npmrc LICENSE NOTICE ./
# The runtime of recognition comes with its programs for all platforms, 290 MB: the one that is used here has 25 to 45 MB.
RUN npm ci --omit=dev --no-audit --no-fund && npm cache clean --force \
  && find node_modules/onnxruntime-node/bin/napi-v6 -mindepth 2 -maxdepth 2 ! -path "*/linux/$(node -p process.arch)" -exec rm -rf {} +
# The pictures of `tuodi demo`, the language data of recognition, and the font for Chinese that a PDF does not bring.
COPY samples ./samples
COPY tessdata ./tessdata
COPY fonts ./fonts
COPY --from=build /app/dist ./dist
# A fresh volume takes the owner of the folder it is put on.
RUN mkdir /data && chown node:node /data
# Its links begin with the public URL: say another where it is reached by another address.
ENV TUODI_LISTEN=0.0.0.0:8787 TUODI_PUBLIC_URL=http://127.0.0.1:8787 TUODI_DATA_DIR=/data
VOLUME /data
EXPOSE 8787
USER node
# Unhealthy while the database is away: what else is away is no reason to start it again, nor to keep requests from it.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8787/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/main.js", "serve"]
