/**
 * Numbers in plain decimal digits, as templates of JSON and environments write them between quotation marks. Not what only
 * programs write: no sign, no exponent, no hexadecimal digits.
 */

/** Digits alone. */
export const WHOLE_NUMBER = /^\s*[0-9]{1,15}\s*$/;

/** Digits, with a point and digits behind it where need be. */
export const DECIMAL_NUMBER = /^\s*[0-9]{1,15}(?:\.[0-9]{1,15})?\s*$/;
