/** What an error says of itself, for a log or as part of another error's message. */
export function reasonOf(error: unknown): string {
  // Node leaves the message empty where it tried several addresses.
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reasonOf).join(', ');
  return error instanceof Error ? error.message : String(error);
}
