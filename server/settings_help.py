"""What `crm360 serve --help` says of the settings."""

SETTINGS = """Settings come from the environment, from .env or from crm360.toml:

DATABASE_URL: postgresql://… or sqlite:///…; unset, a file in the checkout's folder, or the user's if there is none

DATABASE_REPLICA_URLS: replicas of it from which what changes nothing is read, separated by spaces

CRM360_DATABASE_CONNECTIONS: how many a process reads through

CRM360_HOST, CRM360_PORT, CRM360_OPEN: as the options above

CRM360_OPEN_ACCESS: true lets requests without a token do everything, as the demo does; false

CRM360_TRUSTED_PROXIES: addresses of proxies that say where requests come from, as in 10.0.0.0/8,192.0.2.1

CRM360_CODE_WEBHOOK, CRM360_CODE_WEBHOOK_SECRET: where one-time codes are handed out, and the key that signs them

CRM360_PASSWORD_MEMORY, CRM360_PASSWORD_ROUNDS, CRM360_PASSWORD_LANES: what hashing costs; 47104 KiB, 1, 1

CRM360_OIDC_ISSUER, CRM360_OIDC_AUDIENCE: an identity provider whose tokens are accepted, and for whom they must be

CRM360_OIDC_CLAIM, CRM360_OIDC_CUSTOMER_BY, CRM360_OIDC_SOURCE: the claim that names the customer, sub; what it holds, \
external_id, email, phone or card_number; and the source of external ids

CRM360_OIDC_CLOCK_SKEW: the seconds by which the provider's clock may differ; 30

CRM360_DEADLINE: the seconds by which every request has its answer; 5

CRM360_DRAIN: the seconds for which a gateway that is to stop answers on and says at /ready that it is not; 0

CRM360_BODY_LIMIT: the most bytes of a request; 1048576

CRM360_ANSWER_LIMIT: the most bytes of an answer; 8388608

CRM360_ENTERPRISE_COST, CRM360_CUSTOMER_COST, CRM360_ANONYMOUS_COST: the points that a document may cost; 300000, \
20000, 10000, and 0 for no limit

CRM360_ENTERPRISE_BUDGET, CRM360_CUSTOMER_BUDGET, CRM360_ANONYMOUS_BUDGET: the points that one may spend at once, and \
how many flow back in a second; 2000000/100000, 100000/5000, 100000/5000, and 0 for no budget

CRM360_SHOW_COST: true tells the cost with each answer; false

CRM360_JOBS_EVERY: the minutes after which what is over is expired and segments are worked out again; 10

CRM360_EVENTS_DAYS, CRM360_AUDIT_DAYS: for how many days events and the audit trail are kept; 400, and 0 for good

CRM360_DEVELOPMENT: true shows the statements behind an answer to who asks for them

CRM360_LOG_LEVEL: debug, info, warning or error

CRM360_LOG_FORMAT: line, or json for programs that collect logs

CRM360_METRICS_PORT, CRM360_METRICS_HOST, CRM360_METRICS_FOLDER, CRM360_SLOW, CRM360_USAGE: see docs/telemetry.md

OTEL_EXPORTER_OTLP_ENDPOINT and other OTEL_…: where traces go"""
