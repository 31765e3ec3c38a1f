import { z } from 'zod';

/** What is read of a JSON Schema. */
interface Described {
  properties?: Readonly<Record<string, Described>>;
  items?: Described;
  anyOf?: readonly Described[];
  oneOf?: readonly Described[];
}

/** The names that members may have at a place of what a schema describes; none where there is no object. */
export function memberNamesAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  return namesAt(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Described, path);
}

function namesAt(described: Described, path: readonly PropertyKey[]): string[] {
  const choices = [...(described.anyOf ?? []), ...(described.oneOf ?? [])];
  if (choices.length > 0) return [...new Set(choices.flatMap((choice) => namesAt(choice, path)))];
  const [name, ...rest] = path;
  const { properties = {}, items } = described;
  if (name === undefined) return Object.keys(properties);
  const member = typeof name === 'number' ? items : Object.hasOwn(properties, name) && properties[String(name)];
  return member ? namesAt(member, rest) : [];
}
