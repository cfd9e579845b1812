/** Requirements of secrets, both in variables and in the data folder. */
import { z } from 'zod';

/** 32 characters of hexadecimal digits are 128 bits. */
export const MIN_SECRET_CHARS = 32;
/** Values that .env.example, docker-compose.yml and the documents show: everybody knows them. */
const EXAMPLE = /^(whsec_)?an?[-_ ]?example.*$/i;
const PLACEHOLDER = /change[-_ ]?(it|me|this)/i;

/** Returns true for a value from our examples, or a placeholder such as `change-me`. */
export const isExample = (value: string): boolean => EXAMPLE.test(value) || PLACEHOLDER.test(value);

/** Returns the fault of a secret, without repeating it; null for one that is fit to sign with. */
export function secretFault(value: string): string | null {
  const secret = value.trim().replace(/^whsec_/, '');
  if (secret.length < MIN_SECRET_CHARS)
    return `a secret has at least ${MIN_SECRET_CHARS} characters; this one has ${secret.length}`;
  return isExample(value.trim()) ? 'this is the value of an example, which everybody knows: make one of your own' : null;
}

/** A secret in a variable. Spaces and line ends around it are removed. */
export const Secret = z
  .string()
  .transform((text) => text.trim())
  .superRefine((text, context) => {
    const fault = secretFault(text);
    if (fault !== null) context.addIssue({ code: 'custom', message: fault });
  });

/** A secret of Standard Webhooks: whsec_ and base64. */
export const WebhookSecret = Secret.refine(
  (text) => /^whsec_[A-Za-z0-9+/]+={0,2}$/.test(text),
  'a secret of Standard Webhooks: whsec_ and base64, such as whsec_$(openssl rand -base64 32)',
);

/** Returns the value, or if it is a URL the user and password in it. */
export function secretsIn(value: string): string[] {
  if (!URL.canParse(value)) return [value];
  const { username, password } = new URL(value);
  return [username, password].filter(Boolean);
}
