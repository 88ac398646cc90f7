# The relay with the app inside, as a release has it: docker build -t sallyport .
# test/repo/dockerfile.test.ts runs these steps without Docker, so each RUN is plain sh and names no path outside of its folder but /data.

FROM node:26-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json LICENSE ./
COPY api api
COPY bridge bridge
COPY pwa pwa
COPY scripts scripts
RUN node scripts/release.ts

FROM node:26-bookworm-slim
WORKDIR /app
RUN install -d -o 1000 -g 1000 /data
COPY --from=build /app/release ./
ENV NODE_ENV=production SALLYPORT_DATA=/data SALLYPORT_LISTEN=0.0.0.0 SALLYPORT_PORT=8787
USER 1000:1000
VOLUME /data
EXPOSE 8787
HEALTHCHECK --interval=10s --timeout=3s CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.SALLYPORT_PORT + '/livez').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "scripts/sallyport-relay.mjs"]
