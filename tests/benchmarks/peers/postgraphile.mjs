// PostGraphile v5 with its usual preset, on the tables as they are.
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

const port = Number(process.env.PORT);

const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [
    makePgService({ connectionString: process.env.DATABASE_URL, schemas: ["public"], poolConfig: { max: 8 } }),
  ],
  grafserv: { port, graphiql: false, watch: false, websockets: false },
  grafast: { explain: false },
});

const served = instance.createServ(grafserv);
const server = createServer();
server.keepAliveTimeout = 600_000;
await served.addTo(server);
server.listen(port, "127.0.0.1");
