// Fastify and mercurius with its JIT and its loaders, each loader one prepared statement for a batch.
import Fastify from "fastify";
import mercurius from "mercurius";
import pg from "pg";

const port = Number(process.env.PORT);
// Moments and decimals stay the text that PostgreSQL gives: nothing is parsed only to be written again.
for (const type of [1082, 1114, 1184]) pg.types.setTypeParser(type, (text) => text);
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 8 });
const rows = async (name, text, values) => (await pool.query({ name, text, values })).rows;

const schema = `
type Query {
  customer(id: ID!): Customer
  customerByCard(number: String!): Customer
  customers(first: Int!, after: String): Customers!
  productGroup(id: ID!): ProductGroup
}
type Customers { nodes: [Customer!]! hasNextPage: Boolean! endCursor: String }
type Customer {
  id: ID! state: String! createdAt: String! firstName: String lastName: String fullName: String email: String
  phone: String birthdate: String store: Store status: StatusRecord
  cards(first: Int!): [Card!]! purchases(first: Int!): [Purchase!]! vouchers(first: Int!): [Voucher!]!
  recommendations(first: Int!): [Recommendation!]! timeline(first: Int!): [Event!]!
}
type Store { id: ID! name: String! }
type CardType { id: ID! name: String! }
type Card { id: ID! number: String! validFrom: String validTo: String cardType: CardType! }
type Purchase { id: ID! paidAt: String! total: String! currencyCode: String! store: Store! items: [Item!]! }
type Item { id: ID! line: Int! quantity: String! price: String! product: Product }
type Product {
  id: ID! name: String! code: String! packageSize: String brand: Brand group: ProductGroup prices: [Price!]!
}
type Brand { id: ID! name: String! }
type ProductGroup { id: ID! name: String! products(first: Int!): [Product!]! }
type Price { amount: String! currencyCode: String! }
type Voucher { id: ID! code: String! validFrom: String validTo: String reward: Reward! }
type Reward { id: ID! name: String! pointsCost: String! }
type Status { id: ID! name: String! discount: String! }
type StatusRecord { validFrom: String! validTo: String status: Status! }
type Recommendation { id: ID! kind: String! name: String! score: String reason: String product: Product }
type Event {
  at: String! key: ID! total: String pointsKind: String points: String change: String voucherCode: String
  statusName: String cardNumber: String
}
`;

const CUSTOMER = `c.id, c.state, c.created_at AS "createdAt", c.first_name AS "firstName", c.last_name AS "lastName",
  c.full_name AS "fullName", c.email, c.phone, c.birthdate, c.store_id, c.last_name_key`;
const PRODUCT = `p.id, p.name, p.code, p.package_size AS "packageSize", p.brand_id, p.group_id`;

const resolvers = {
  Query: {
    customer: async (_, { id }) => (await rows("customer", `SELECT ${CUSTOMER} FROM customer c WHERE id = $1`, [id]))[0],
    customerByCard: async (_, { number }) =>
      (await rows("card_holder",
        `SELECT ${CUSTOMER} FROM card k JOIN customer c ON c.id = k.customer_id WHERE k.number = $1`, [number]))[0],
    customers: async (_, { first, after }) => {
      const [name, key] = after ? JSON.parse(after) : ["", 0];
      const found = await rows("customers",
        `SELECT ${CUSTOMER} FROM customer c WHERE (last_name_key, id) > ($1, $2) ORDER BY last_name_key, id LIMIT $3`,
        [name, key, first + 1]);
      const nodes = found.slice(0, first);
      const last = nodes.at(-1);
      return {
        nodes,
        hasNextPage: found.length > first,
        endCursor: last ? JSON.stringify([last.last_name_key, Number(last.id)]) : null,
      };
    },
    productGroup: async (_, { id }) =>
      (await rows("group", "SELECT id, name FROM product_group WHERE id = $1", [id]))[0],
  },
};

// One row for each of a batch of keys.
const one = (table, columns, key) => async (queries) => {
  const keys = [...new Set(queries.map(({ obj }) => obj[key]).filter((value) => value != null))];
  if (keys.length === 0) return queries.map(() => null);
  const found = new Map((await rows(`one_${table}_${key}`,
    `SELECT ${columns} FROM ${table} p WHERE id = ANY($1::bigint[])`, [keys])).map((row) => [row.id, row]));
  return queries.map(({ obj }) => found.get(obj[key]) ?? null);
};

// A page of rows for each of a batch of parents.
const many = (name, text) => async (queries) => {
  const keys = queries.map(({ obj }) => obj.id);
  const found = Map.groupBy(
    await rows(name, text, text.includes("$2") ? [keys, queries[0].params.first] : [keys]), (row) => row.owner);
  return queries.map(({ obj }) => found.get(obj.id) ?? []);
};
const paged = (name, columns, table, owner, order) =>
  many(name, `SELECT k.key AS owner, t.* FROM unnest($1::bigint[]) AS k(key) CROSS JOIN LATERAL (
    SELECT ${columns} FROM ${table} p WHERE p.${owner} = k.key ORDER BY ${order} LIMIT $2) t`);

const product = one("product", PRODUCT, "product_id");
const loaders = {
  Customer: {
    store: one("store", "id, name", "store_id"),
    cards: paged("cards",
      `id, number, valid_from AS "validFrom", valid_to AS "validTo", card_type_id`, "card", "customer_id", "id"),
    purchases: paged("purchases", `id, paid_at AS "paidAt", total, currency_code AS "currencyCode", store_id`,
      "purchase", "customer_id", "paid_at DESC, id DESC"),
    vouchers: paged("vouchers", `id, code, valid_from AS "validFrom", valid_to AS "validTo", reward_id`,
      "voucher", "customer_id", "id DESC"),
    status: async (queries) => {
      const found = new Map((await rows("status_records",
        `SELECT customer_id, valid_from AS "validFrom", valid_to AS "validTo", status_id FROM status_record
         WHERE customer_id = ANY($1::bigint[]) AND ended_at IS NULL`,
        [queries.map(({ obj }) => obj.id)])).map((row) => [row.customer_id, row]));
      return queries.map(({ obj }) => found.get(obj.id) ?? null);
    },
    recommendations: many("recommendations", `SELECT c.id AS owner, r.* FROM customer c CROSS JOIN LATERAL (
      SELECT id, kind, name, score, reason, product_id FROM customer_recommended(c) LIMIT $2) r
      WHERE c.id = ANY($1::bigint[])`),
    timeline: many("timeline", `SELECT c.id AS owner, t.at, t.key, t.total, t.points_kind AS "pointsKind", t.points,
      t.change, t.voucher_code AS "voucherCode", t.status_name AS "statusName", t.card_number AS "cardNumber"
      FROM customer c CROSS JOIN LATERAL customer_timeline(c, $2) t WHERE c.id = ANY($1::bigint[])`),
  },
  Card: { cardType: one("card_type", "id, name", "card_type_id") },
  Purchase: {
    store: one("store", "id, name", "store_id"),
    items: many("items", `SELECT purchase_id AS owner, id, line, quantity, price, product_id FROM purchase_item
      WHERE purchase_id = ANY($1::bigint[]) ORDER BY purchase_id, line`),
  },
  Item: { product },
  Recommendation: { product },
  Product: {
    brand: one("product_brand", "id, name", "brand_id"),
    group: one("product_group", "id, name", "group_id"),
    prices: many("prices", `SELECT product_id AS owner, amount, currency_code AS "currencyCode" FROM product_price
      WHERE product_id = ANY($1::bigint[]) ORDER BY product_id, currency_code`),
  },
  ProductGroup: { products: paged("products", PRODUCT, "product", "group_id", "name, id") },
  Voucher: { reward: one("reward", `id, name, points_cost AS "pointsCost"`, "reward_id") },
  StatusRecord: { status: one("status", "id, name, discount", "status_id") },
};

const app = Fastify({ keepAliveTimeout: 600_000 });
app.register(mercurius, { schema, resolvers, loaders, jit: 1 });
await app.listen({ port, host: "127.0.0.1" });
