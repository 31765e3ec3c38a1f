/**
 * What ids and the like look like, as the OpenAPI document says it. The rules themselves are where they are checked
 * (`contract/`, `settings/`, `requests/`), in code that no document can hold; a test sends what breaks each of these.
 */

/** `isMessageId`: no phone number may be one. */
export const MESSAGE_ID = '^(?![0-9]{7,15}$)[A-Za-z0-9._-]{1,64}$';

/** Of integrations: neither `.` nor `..`, which paths do not keep. */
export const INTEGRATION_ID = '^(?!\\.{1,2}$)[A-Za-z0-9._-]{1,64}$';

/** Something that is not blank. */
export const NOT_BLANK = '\\S';

/** ISO 3166-1 alpha-2. */
export const COUNTRY = '^[A-Z]{2}$';

/** Of a service plan at Sinch. */
export const SERVICE_PLAN_ID = '^[A-Za-z0-9_-]{1,64}$';
