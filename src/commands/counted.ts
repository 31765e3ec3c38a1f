/** A number with its noun, such as `1 message` and `2 messages`. @param several where it is not the noun with an s */
export function counted(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}
