/** Started by a test: opens the database of a folder, says so, and goes on with what it is told on standard input. */
import { createInterface } from 'node:readline';
import { openDatabase } from '../../src/db/index.ts';

const [, , dataDir = ''] = process.argv;
const say = (word: string): void => void process.stdout.write(`${word}\n`);
try {
  const database = await openDatabase({ dataDir });
  void database.lost.then((error) => say(`lost ${error.code}`));
  say('open');
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === 'close') break;
    try {
      await database.orm.execute(line);
      say('done');
    } catch (error) {
      say(`failed ${String(error instanceof Error && error.cause)}`);
    }
  }
  await database.close();
  say('closed');
} catch (error) {
  say(`refused ${String(error)}`);
}
