/** Takes the processor for about as long as `rounds` says, without waiting for anything outside. */
export async function spin(rounds: number): Promise<number> {
  let done = 0;
  while (done < rounds) {
    await Promise.resolve();
    done += 1;
  }
  return done;
}
