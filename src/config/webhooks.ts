import { z } from 'zod';
import { group, path, text } from './kinds.ts';

const expected = 'a list, in the environment as JSON, for example [{"url": "https://example.com/hook"}]';

const webhook = () =>
  group({
    /** Where to it is sent. It may hold a token, so it is never logged whole. */
    url: text('a URL, http:// or https://', /^https?:\/\/[^\s/]+\S*$/).refine(URL.canParse, {
      error: 'a URL, http:// or https://',
    }),
    /** What is sent: kinds by name, or by their first part. Empty: all. */
    kinds: z.array(text('a kind, for example node.lost'), { error: 'a list of kinds' }).default([]),
    /** What messages are signed with. */
    secret: text('a text').optional(),
    /** A file that has it. */
    secretFile: path().optional(),
    /** PEM file of the authority of its certificate. Default: those that Node knows. */
    ca: path().optional(),
  }).refine(({ secret, secretFile }) => secret === undefined || secretFile === undefined, {
    error: 'one of secret and secretFile',
  });

/** Receivers of what happens. An environment has it as JSON. */
export const webhooks = () =>
  z.preprocess(
    (value) => (typeof value === 'string' ? parsed(value) : value),
    z.array(webhook(), { error: expected }),
  );

/** What is no JSON stays the text that it is, and is refused as that. */
function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value; // "expected a list" says it better
  }
}
