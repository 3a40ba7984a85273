import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ActionDeps } from '../../../src/plan/actions/action.ts';
import { start, stop } from '../../../src/plan/actions/containers.ts';
import { create } from '../../../src/plan/actions/create.ts';
import { adopt, snapshot } from '../../../src/plan/actions/data.ts';
import { drain } from '../../../src/plan/actions/drain.ts';
import { fetch, script } from '../../../src/plan/actions/release.ts';
import { register } from '../../../src/plan/actions/routes.ts';
import type { ActionKind, Plan } from '../../../src/plan/steps.ts';
import { type App, type Case, full, identity, NODES, plan } from './cases.ts';

describe('every plan', () => {
  const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 3 });
  const app = (master: string): fc.Arbitrary<App> =>
    fc.record({
      master: fc.constant(master),
      slave: fc.option(fc.constantFrom(...NODES.filter((node) => node !== master))),
      volumes: names,
      urls: fc.uniqueArray(fc.constantFrom('http://a', 'http://b')),
      caddyfile: fc.constantFrom('', 'http://a {\n reverse_proxy foo-web-1\n}'),
    });
  const cases: fc.Arbitrary<Case> = fc.constantFrom(...NODES).chain(
    (master) =>
      fc.record({
        before: fc.option(fc.constantFrom(...NODES).chain(app), { nil: undefined }),
        after: app(master),
        update: fc.boolean(),
        script: fc.boolean(),
        live: fc.subarray(NODES),
        coordinator: fc.constantFrom(...NODES),
        held: names.map(full),
        inMaintenance: fc.boolean(),
        running: fc.boolean(),
        holding: fc.subarray(NODES),
        creating: fc.boolean(),
      }) as fc.Arbitrary<Case>,
  );
  // Both masters are alive: without them there is no plan.
  const plans = cases.map((some) => {
    const masters = [some.after.master, ...(some.before ? [some.before.master] : [])];
    const each = { ...some, live: [...new Set([...(some.live ?? []), ...masters])] };
    return { each, plan: plan(each) };
  });
  const holds = (predicate: (plan: Plan, each: Case) => void) =>
    fc.assert(fc.property(plans, ({ plan, each }) => predicate(plan, each)));

  /** The actions that can be undone, as the action table has them. */
  const undoable = () => {
    const deps = {} as ActionDeps;
    const made = {
      fetch: fetch(deps),
      drain: drain(deps),
      create: create(deps),
      stop: stop(deps),
      snapshot: snapshot(deps),
      adopt: adopt(deps),
      script: script(deps),
      start: start(deps),
      register: register(deps),
    };
    // A hold is the coordinator's, and so is its undo.
    return new Set(['hold', ...Object.entries(made).flatMap(([kind, { undo }]) => (undo ? [kind] : []))]);
  };

  it('has each id once, made of what is done and where', () => {
    holds(({ steps }) => {
      expect(new Set(steps.map(({ id }) => id)).size).toBe(steps.length);
      for (const { id, node, action } of steps)
        expect(id.replace('-first@', '@')).toBe(`${action.kind}@${node}`);
    });
  });

  it('marks what comes after the commit, and only that', () => {
    holds(({ steps }) => {
      const commit = steps.findIndex(({ action }) => action.kind === 'commit');
      expect(steps.map(({ afterCommit }) => afterCommit)).toEqual(steps.map((_, index) => index > commit));
      expect(steps[commit + 1]?.action.kind).toBe('acknowledge');
      expect(steps.filter(({ action }) => action.kind === 'commit')).toHaveLength(1);
    });
  });

  it('can undo whatever stops or writes before the commit', () => {
    const known = undoable();
    // These change nothing that runs or is kept: `build` leaves the names of images, which the undo of `stop` gives back, and
    // `retain` one name more.
    const harmless = new Set<ActionKind>(['build', 'check', 'health', 'retain', 'commit', 'send']);
    holds(({ steps }) => {
      const kinds = steps.filter(({ afterCommit }) => !afterCommit).map(({ action }) => action.kind);
      for (const kind of kinds) {
        if (!harmless.has(kind)) expect(known).toContain(kind);
      }
    });
  });

  it('builds and checks before it stops anything, and clears only after the commit', () => {
    holds(({ steps }) => {
      const at = (kind: ActionKind) => steps.findIndex(({ action }) => action.kind === kind);
      if (at('stop') >= 0) {
        expect(at('build')).toBeLessThan(at('stop'));
        expect(at('check')).toBeLessThan(at('stop'));
        expect(at('stop')).toBeLessThan(at('start'));
      }
      for (const { action, afterCommit } of steps)
        if (action.kind === 'clear') expect(afterCommit).toBe(true);
    });
  });

  it('lets requests wait before it stops what answers them, and no longer than it has to', () => {
    holds(({ steps }, { inMaintenance }) => {
      const kinds = steps.map(({ action }) => action.kind);
      const at = kinds.indexOf('hold');
      expect(kinds.includes('drain')).toBe(at >= 0);
      if (at < 0) return;
      expect(inMaintenance).toBe(false);
      expect(kinds.slice(at, at + 3)).toEqual(['hold', 'drain', 'stop']);
      for (const long of ['build', 'check', 'fetch', 'create'] as const)
        expect(kinds.indexOf(long)).toBeLessThan(at);
      // They are undone in the opposite order: what they come back to has been started before.
      expect(new Set(steps.slice(at, at + 3).map(({ node }) => node)).size).toBe(1);
    });
  });

  it('never clears what the new record names', () => {
    holds(({ steps }, { before, after }) => {
      const kept = new Set([after.master, after.slave]);
      for (const { node, action } of steps) {
        if (action.kind !== 'clear' || !kept.has(node)) continue;
        expect(action.folder).toBe(`/deploy/${identity.name}-new`);
        // A master that becomes the slave keeps snapshots, and nothing live.
        if (node === before?.master && node !== after.master) continue;
        expect(action.everything).toBe(false);
        for (const gone of action.volumes) expect(full(after.volumes)).not.toContain(gone);
      }
    });
  });

  it('asks nothing of a node that is dead, but for the slave that was asked for', () => {
    holds(({ steps }, { live = [], after, coordinator }) => {
      for (const { node } of steps) expect([...live, after.slave, coordinator]).toContain(node);
    });
  });
});
