import type { z } from 'zod';

/** The names that members may have at a place of what a schema describes; none where there is no object. */
export function memberNamesAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'readonly':
    case 'default':
      return memberNamesAt(def.innerType, path);
    case 'pipe':
      return memberNamesAt(def.in, path);
    case 'array':
      return memberNamesAt(def.element, path.slice(1));
    case 'union':
      return [...new Set(def.options.flatMap((option) => memberNamesAt(option, path)))];
    case 'object': {
      const [name, ...rest] = path;
      if (name === undefined) return Object.keys(def.shape);
      const member = Object.hasOwn(def.shape, name) ? def.shape[String(name)] : undefined;
      return member === undefined ? [] : memberNamesAt(member, rest);
    }
    default:
      return [];
  }
}
