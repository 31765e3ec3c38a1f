import { maskNumbersIn } from '../contract/msisdn.ts';

/** Most characters of a comment, which is kept in workflow history and in campaign events. */
const MAX_COMMENT_LENGTH = 500;

/** Everything of a URL behind its host: callback URLs may end with a secret. */
const URL_REST = /(https?:\/\/)(?:[^\s/?#"'<>@]*@)?([^\s/?#"'<>]+)[^\s"'<>]*/gi;

/**
 * A text of Sinch's as it may be kept and shown: Sinch may quote the request, so phone numbers are masked and URLs cut to
 * their host. At most `MAX_COMMENT_LENGTH` characters; `undefined` where nothing is left.
 */
export function safeText(text: string): string | undefined {
  const masked = maskNumbersIn(text.replace(/\s+/g, ' ').trim().replace(URL_REST, '$1$2/…'));
  // Not in the middle of a surrogate pair, which would not be valid text.
  const cut = masked.slice(0, MAX_COMMENT_LENGTH).replace(/[\uD800-\uDBFF]$/, '');
  return cut === '' ? undefined : cut;
}
