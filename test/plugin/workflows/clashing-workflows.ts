/** A workflow that happens to have the name of ours. */
export async function sendMessage(): Promise<string> {
  return 'a pigeon was sent';
}
