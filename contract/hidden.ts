/**
 * Characters that are not seen, or that change how others are shown: they make a name look like another one. Control characters and line
 * separators, what turns the direction of writing, and what has no width; not the selectors that choose between two shapes of an emoji.
 */
const HIDDEN = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]|(?!\p{Variation_Selector})\p{Default_Ignorable_Code_Point}/gu;

/** The text without them. */
export const withoutHidden = (text: string): string => text.replace(HIDDEN, '');
