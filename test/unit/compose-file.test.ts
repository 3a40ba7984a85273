import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { expect, it } from 'vitest';
import { z } from 'zod';

const file = z.object({ services: z.record(z.string(), z.object({ volumes: z.array(z.string()) })) });

it("shows Caddy the folder of an operator's ACME root, and none of the others", async () => {
  const text = await readFile(join(import.meta.dirname, '../../docker-compose.yml'), 'utf8');
  const mounts = file.parse(load(text)).services.caddy?.volumes ?? [];
  expect(mounts.filter((mount) => mount.startsWith('/etc/'))).toEqual([
    '/etc/covey/Caddyfile:/etc/covey/Caddyfile:ro',
    '/etc/covey/acme:/etc/covey/acme:ro',
  ]);
});
