/** What a secret of the configuration must be; asked of those in variables and of the one that is kept in the data folder. */
import { z } from 'zod';

/** 32 characters of hexadecimal digits are 128 bits. */
export const LEAST_SECRET_CHARS = 32;
/** Values that .env.example, docker-compose.yml and the documents show: everybody knows them. */
const EXAMPLE = /^(whsec_)?an?[-_ ]?example.*$/i;
const PLACEHOLDER = /change[-_ ]?(it|me|this)/i;

/** Whether this is a value of an example of ours, or one that says itself that it is to be changed. */
export const isExample = (value: string): boolean => EXAMPLE.test(value) || PLACEHOLDER.test(value);

/** What is wrong with a secret, in words that don't repeat it; null for one that is fit to sign with. */
export function secretFault(value: string): string | null {
  const secret = value.trim().replace(/^whsec_/, '');
  if (secret.length < LEAST_SECRET_CHARS)
    return `a secret has at least ${LEAST_SECRET_CHARS} characters; this one has ${secret.length}`;
  return isExample(value.trim()) ? 'this is the value of an example, which everybody knows: make one of your own' : null;
}

/** Of a variable. Spaces and line ends around it are none of it. */
export const Secret = z
  .string()
  .transform((text) => text.trim())
  .superRefine((text, context) => {
    const fault = secretFault(text);
    if (fault !== null) context.addIssue({ code: 'custom', message: fault });
  });

/** whsec_ and base64, of Standard Webhooks. */
export const WebhookSecret = Secret.refine(
  (text) => /^whsec_[A-Za-z0-9+/]+={0,2}$/.test(text),
  'a secret of Standard Webhooks: whsec_ and base64, such as whsec_$(openssl rand -base64 32)',
);

/** The value, and if it is an address the user and password in it. */
export function secretsIn(value: string): string[] {
  if (!URL.canParse(value)) return [value];
  const { username, password } = new URL(value);
  return [username, password].filter(Boolean);
}
