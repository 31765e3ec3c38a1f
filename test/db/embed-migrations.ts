/** Writes `src/db/migrations.ts`: the migrations as a module, for whoever bundles us. `npm run migration` runs it. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { format } from 'prettier';

const FOLDER = fileURLToPath(new URL('../../migrations', import.meta.url));

/** The migrations as Drizzle reads them from their folder. */
export const migrationsOfFolder = () => readMigrationFiles({ migrationsFolder: FOLDER });

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = `/** Made of the folder \`migrations\` by \`npm run migration\`; not edited by hand. */
export const MIGRATIONS = ${JSON.stringify(migrationsOfFolder())};
`;
  const target = fileURLToPath(new URL('../../src/db/migrations.ts', import.meta.url));
  writeFileSync(target, await format(text, { parser: 'typescript', singleQuote: true, printWidth: 120 }));
}
