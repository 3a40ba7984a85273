import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findIdentity, identify, projectOf } from '../../../src/app/identity.ts';

const vectors = [
  ['ssh://git@gitlab.example.com/hosting/foobar', 'master', 'foobar_master.ddb14', 'foobarmasterddb14'],
  ['https://gitlab.example.com/hosting/FooBar.git', 'Prod-1.2', 'foobar_Prod-1.2.ddb14', 'foobarrod12ddb14'],
  ['git@gitlab.example.com:hosting/foobar.git', 'master', 'foobar_master.c83c5', 'foobarmasterc83c5'],
  ['https://gitlab.example.com/hosting/foobar/', 'qualif', 'foobar_qualif.4f94d', 'foobarqualif4f94d'],
  [
    'https://github.com/mlfmonde/cluster_lab_test_service',
    'without_caddyfile',
    'cluster_lab_test_service_without_caddyfile.89b06',
    'clusterlabtestservicewithoutcaddyfile89b06',
  ],
] as const;

describe('identify', () => {
  it.each(vectors)('%s %s', (repo, branch, name, project) => {
    expect(identify(repo, branch)).toMatchObject({ name, project });
    expect(identify(`  ${repo} `, ` ${branch}\n`)).toMatchObject({ name, project });
  });

  it('ignores user, port, query and fragment', () => {
    const name = identify('ssh://git@gitlab.example.com/hosting/foobar', 'master').name;
    expect(identify('https://me:secret@gitlab.example.com:8443/hosting/foobar?x=1#y', 'master').name).toBe(
      name,
    );
  });

  it('slugs a branch with other characters, and keeps such branches apart', () => {
    const a = identify('https://h/x/foobar', 'feature/x');
    const b = identify('https://h/x/foobar', 'feature x');
    expect(a.name).toMatch(/^foobar_feature-x\.[0-9a-f]{5}$/);
    expect(a.name).not.toBe(b.name);
    expect(a.name.split('.').at(-1)).not.toBe(
      identify('https://h/x/foobar', 'feature-x').name.split('.').at(-1),
    );
  });

  it.each([
    ['', 'master', /No repository URL/],
    ['https://h/x', '  ', /No branch given for/],
    ['https://h/', 'master', /The repository URL \S+ has no path/],
  ])('refuses %j %j', (repo, branch, message) => {
    expect(() => identify(repo, branch)).toThrow(message);
  });

  it('refuses a recorded name that has nothing for a compose project', () => {
    const known = [{ name: '---', repoUrl: 'https://h/x', branch: 'master' }];
    expect(() => findIdentity('https://h/x', 'master', known)).toThrow(
      'The name --- of https://h/x gives none for its compose project.',
    );
  });

  it('always gives a project that compose accepts', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true }), fc.string({ minLength: 1 }), (url, branch) => {
        fc.pre(branch.trim() !== '' && new URL(url).pathname.replace(/\//g, '') !== '');
        const { name, project } = identify(url, branch);
        expect(project).toMatch(/^[a-z0-9]+$/);
        expect(project).toBe(projectOf(name));
      }),
    );
  });
});

describe('findIdentity', () => {
  const known = [
    { name: 'foobar_master.ddb14', repoUrl: 'ssh://git@gitlab.example.com/hosting/foobar', branch: 'master' },
  ];

  it('takes ssh and https of one host for the same app', () => {
    expect(findIdentity('https://gitlab.example.com/hosting/foobar.git', 'master', known).name).toBe(
      'foobar_master.ddb14',
    );
  });

  it('refuses the same path on another host, naming both', () => {
    expect(() => findIdentity('https://other.example.com/hosting/foobar', 'master', known)).toThrow(
      /other\.example\.com\S* \(master\) would be named foobar_master\.ddb14, which is .*gitlab\.example\.com/,
    );
  });

  it('refuses two names with one project, naming both', () => {
    expect(() => findIdentity('https://gitlab.example.com/hosting/foobar', 'mas-ter', known)).toThrow(
      /foobar_mas-ter\.ddb14 and foobar_master\.ddb14/,
    );
  });

  it('keeps the name of an existing record whatever the rule says now', () => {
    const old = [
      { name: 'foobar_feature/x.ddb14', repoUrl: 'https://h/hosting/foobar', branch: 'feature/x' },
    ];
    expect(findIdentity('https://h/hosting/foobar.git', 'feature/x', old)).toMatchObject({
      name: 'foobar_feature/x.ddb14',
      project: 'foobarfeaturexddb14',
    });
  });
});
