import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  schema: "../../schema.graphql",
  documents: "src/*.{ts,tsx}",
  generates: {
    "src/graph/": {
      preset: "client",
      config: {
        // As they travel: exact numbers and moments are text. Parse them where you calculate.
        scalars: { Decimal: "string", Date: "string", DateTime: "string", JSON: "unknown" },
        strictScalars: true,
        enumsAsTypes: true,
        useTypeImports: true,
      },
    },
  },
};

export default config;
