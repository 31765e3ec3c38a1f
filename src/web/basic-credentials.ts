/** User name and password of HTTP Basic. */
export interface BasicCredentials {
  username: string;
  password: string;
}

/**
 * What a value of the header `authorization` can mean by HTTP Basic: its bytes as UTF-8 where they are that, and as
 * Latin-1, since clients do either without saying which (RFC 7617, section 2.1). Both composed (NFC): a password that was
 * typed on a Mac is the same one.
 * @returns none where it is no Basic credentials
 */
export function basicCredentials(header: string): readonly BasicCredentials[] {
  const encoded = /^basic +([A-Za-z0-9+/_-]+=*) *$/i.exec(header)?.[1];
  if (encoded === undefined) return [];
  const bytes = Buffer.from(encoded, 'base64');
  const readings = new Set([bytes.toString('utf8'), bytes.toString('latin1')]);
  return [...readings].flatMap((text) => {
    const colon = text.indexOf(':');
    if (colon < 0) return [];
    return [{ username: composed(text.slice(0, colon)), password: composed(text.slice(colon + 1)) }];
  });
}

/** As `basicCredentials` has what it compares with. */
export function composed(text: string): string {
  return text.normalize('NFC');
}
