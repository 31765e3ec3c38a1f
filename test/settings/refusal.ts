import assert from 'node:assert/strict';

/** Whether an error is the refusal of this code and, where given, of exactly these members. */
export function refusal(code: string, fields?: readonly string[]): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof Error && 'code' in error && 'fields' in error, String(error));
    assert.equal(error.code, code, error.message);
    const wrong = (error.fields as { field: string }[]).map(({ field }) => field);
    if (fields) assert.deepEqual(wrong.sort(), [...fields].sort());
    return true;
  };
}
