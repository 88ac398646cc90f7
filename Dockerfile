# The relay with the app inside: docker build -t sallyport .
# test/repo/dockerfile.test.ts runs these steps without Docker, so each RUN is plain sh and names no path outside of its folder but /data.

FROM node:26-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json ./
COPY api api
COPY pwa pwa
COPY scripts scripts
RUN node scripts/build-pwa.ts
RUN npm prune --omit=dev --omit=optional

FROM node:26-bookworm-slim
WORKDIR /app
RUN install -d -o 1000 -g 1000 /data
COPY --from=build package.json ./
COPY --from=build node_modules node_modules
COPY --from=build api api
COPY --from=build pwa/dist pwa/dist
ENV NODE_ENV=production SALLYPORT_DATA=/data SALLYPORT_LISTEN=0.0.0.0 SALLYPORT_PORT=8787
USER 1000:1000
VOLUME /data
EXPOSE 8787
HEALTHCHECK --interval=10s --timeout=3s CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.SALLYPORT_PORT + '/livez').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "api/main.ts"]
