import { describe, expect, test } from 'vitest';
import { createLogger, redactText } from '../../src/logger.ts';

const pem = '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----';

describe('redactText', () => {
  test.each([
    ['https://bob:hunter2@git.example.com/a', 'https://[redacted]@git.example.com/a'],
    ['cloning https://ghp_abc@github.com/a.git: no', 'cloning https://[redacted]@github.com/a.git: no'],
    ['ssh://git:pw@host/a and http://u:p@h', 'ssh://[redacted]@host/a and http://[redacted]@h'],
    ['ssh://git@host/a', 'ssh://git@host/a'],
    ['git@host:a/b', 'git@host:a/b'],
    ['https://host/a@b', 'https://host/a@b'],
    [`key: ${pem} end`, 'key: [redacted] end'],
    ['Authorization: Bearer abc.def', 'Authorization: Bearer [redacted]'],
  ])('%s', (text, clean) => {
    expect(redactText(text)).toBe(clean);
  });
});

describe('createLogger', () => {
  function logged(write: (logger: ReturnType<typeof createLogger>) => void): Record<string, unknown>[] {
    const lines: string[] = [];
    write(createLogger({ level: 'info', name: 'node1' }, { write: (line) => lines.push(line) }));
    return lines.map((line) => JSON.parse(line));
  }

  test('writes one JSON object a line, from its level on', () => {
    const lines = logged((logger) => {
      logger.debug('unseen');
      logger.info({ app: 'shop' }, 'deployed');
    });
    expect(lines).toEqual([
      {
        level: 'info',
        node: 'node1',
        app: 'shop',
        msg: 'deployed',
        time: expect.stringMatching(/^\d{4}-.*Z$/),
      },
    ]);
  });

  test('shows no secret, wherever it is', () => {
    const text = JSON.stringify(
      logged((logger) => {
        logger.info('cloning https://u:s3cret@h/a');
        logger.info(
          { consul: { token: 's3cret' }, password: 's3cret', headers: { 'X-Consul-Token': 's3cret' } },
          'x',
        );
        logger.child({ repo: 'https://u:s3cret@h/a', token: 's3cret' }).info('x');
        logger.error(
          { err: new Error('https://u:s3cret@h failed', { cause: new Error('http://s3cret@h') }) },
          'x',
        );
        logger.info({ pem: pem.replace('MHcCAQEE', 's3cret') }, 'x');
      }),
    );
    expect(text).not.toContain('s3cret');
    expect(text).toContain('[redacted]');
  });
});
