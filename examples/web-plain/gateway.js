/** Where the gateway answers; its CRM360_CORS_ORIGINS must name the origin of this page. */
export const GATEWAY = "http://127.0.0.1:8000/graphql";
