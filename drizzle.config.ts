import { defineConfig } from 'drizzle-kit';

// drizzle-kit takes its configuration from a default export.
export default defineConfig({
  dialect: 'postgresql',
  schema: ['./src/db/schema.ts', './src/db/evaluation-schema.ts'],
  out: './migrations',
});
